import * as tf from '@tensorflow/tfjs';
import type { Rng } from '@trimodal/core';
import { type Arguments, type Case, checkCoverage, checkKernels, withGradients } from './__fixtures__/check-kernels';
import { pooling } from './pooling';

const ALL = Object.keys(pooling);
checkCoverage(pooling, { 'they are of real numbers': { int32: ALL, bool: ALL } });

/** Images of drawn sizes, without one in draw 0. */
const images =
  (rank: number, channels: number) =>
  (rng: Rng, draw: number): Arguments => ({
    x: {
      shape: [draw === 0 ? 0 : 1 + rng.int(2), ...Array.from({ length: rank }, () => 3 + rng.int(4)), channels],
      special: draw % 3 === 2 ? [-0, 1, Number.NaN, 2, Infinity, 3] : false,
    },
  });
const strideOf = (x: tf.Tensor) => 1 + ((x.shape[1]! + x.shape[2]!) % 3);
const padOf = (x: tf.Tensor) => (x.shape[2]! % 2 === 0 ? 'same' : 'valid');

const drawn: Record<string, Case> = {
  maxPool: {
    args: images(2, 3),
    run: withGradients((x) => tf.maxPool(x as tf.Tensor4D, [3, 2], strideOf(x), padOf(x))),
  },
  avgPool: {
    args: images(2, 3),
    run: withGradients((x) => tf.avgPool(x as tf.Tensor4D, [3, 2], strideOf(x), padOf(x))),
  },
  maxPoolWithArgmax: {
    args: images(2, 2),
    run: ({ x }) => Object.values(tf.maxPoolWithArgmax(x as tf.Tensor4D, [2, 3], strideOf(x!), padOf(x!), true)),
  },
  maxPool3d: {
    args: images(3, 2),
    run: withGradients((x) => tf.maxPool3d(x as tf.Tensor5D, 2, strideOf(x), padOf(x))),
  },
  avgPool3d: {
    args: images(3, 2),
    run: withGradients((x) => tf.avgPool3d(x as tf.Tensor5D, 2, strideOf(x), padOf(x))),
  },
  dilation2d: {
    args: (rng, draw) => ({ ...images(2, 3)(rng, draw), k: { shape: [1 + rng.int(3), 1 + rng.int(3), 3] } }),
    run: withGradients((x, k) => tf.dilation2d(x as tf.Tensor4D, k as tf.Tensor3D, strideOf(x), padOf(x))),
  },
  localResponseNormalization: {
    args: images(2, 5),
    run: withGradients((x) => tf.localResponseNormalization(x as tf.Tensor4D, 2, 1.5, 0.7, 0.6)),
  },
};
for (const one of Object.values(drawn)) Object.assign(one, { relative: 1e-5, absolute: 1e-5 });
checkKernels('pooling', drawn);

const random = (shape: number[]) => ({ shape });
const convolved: Record<string, Case> = {
  localResponseNormalization: {
    args: { x: random([2, 3, 2, 5]), dy: random([2, 3, 2, 5]) },
    run: ({ x, dy }) => [
      tf.localResponseNormalization(x as tf.Tensor4D, 2, 1.5, 0.7, 0.6),
      tf.grad((x: tf.Tensor) =>
        tf
          .localResponseNormalization(x as tf.Tensor4D, 1, 1.5, 0.7, 0.6)
          .mul(dy!)
          .sum(),
      )(x!),
    ],
    relative: 1e-5,
  },
};
const paddings = ['same', 'valid', 1] as const;
for (const pad of paddings) {
  for (const stride of [1, 2, 3]) {
    const name = (kernelName: string) => `${kernelName} ${pad} by ${stride}`;
    for (const op of ['maxPool', 'avgPool'] as const) {
      convolved[name(op)] = {
        args: { x: random([2, 6, 5, 3]) },
        run: withGradients((x) => (op === 'maxPool' ? tf.maxPool : tf.avgPool)(x as tf.Tensor4D, [3, 2], stride, pad)),
        relative: 1e-5,
      };
      if (pad === 1) continue;
      // cubes, as the gradient of maxPool3d on the cpu backend takes the window's height for its width
      convolved[name(`${op}3d`)] = {
        args: { x: random([2, 4, 5, 4, 3]) },
        run: withGradients((x) => (op === 'maxPool' ? tf.maxPool3d : tf.avgPool3d)(x as tf.Tensor5D, 2, stride, pad)),
        relative: 1e-5,
      };
    }
    if (pad === 1) continue;
    convolved[name('dilation2d')] = {
      args: { x: random([2, 6, 5, 3]), k: random([3, 2, 3]) },
      run: withGradients((x, k) => tf.dilation2d(x as tf.Tensor4D, k as tf.Tensor3D, stride, pad)),
      relative: 1e-5,
    };
    convolved[name('maxPoolWithArgmax')] = {
      args: { x: random([2, 6, 5, 3]) },
      run: ({ x }) => Object.values(tf.maxPoolWithArgmax(x as tf.Tensor4D, [3, 2], stride, pad)),
    };
  }
}

checkKernels('pooling by hand', convolved);
