import * as tf from '@tensorflow/tfjs';
import type { Rng } from '@trimodal/core';
import { type Arguments, type Case, checkCoverage, checkKernels, withGradients } from './__fixtures__/check-kernels';
import { convolutions } from './convolutions';

const ALL = Object.keys(convolutions);
checkCoverage(convolutions, { 'they are of real numbers': { int32: ALL, bool: ALL } });

type Draw = { rng: Rng; draw: number };
/** A number from `from` to `to`. */
const between = ({ rng }: Draw, from: number, to: number) => from + rng.int(to - from + 1);
/** The sizes of an image of at least `size` along each axis; draw 0 has no image. */
const image = (d: Draw, rank: number, size = 3) => [
  d.draw === 0 ? 0 : between(d, 1, 2),
  ...Array.from({ length: rank }, () => between(d, size, size + 3)),
];
const special = ({ draw }: Draw) => (draw === 2 ? [Number.NaN, Infinity, -0] : false);

/** Drawn windows; stride and padding follow from the sizes, as eager and compiled runs must have the same. */
const sizes =
  (rank: number, filter: (d: Draw, channels: number) => number[]) =>
  (rng: Rng, draw: number): Arguments => {
    const d = { rng, draw };
    const channels = between(d, 1, 3);
    return {
      x: { shape: [...image(d, rank), channels], special: special(d) },
      k: {
        shape: [...Array.from({ length: rank }, () => between(d, 1, 3)), ...filter(d, channels)],
      },
    };
  };
const strideOf = (x: tf.Tensor) => 1 + ((x.shape[1]! + x.shape[2]!) % 3);
const padOf = (x: tf.Tensor) => (x.shape[2]! % 2 === 0 ? 'same' : 'valid');
const inexact = { relative: 1e-5, absolute: 2e-5 };
const many = (d: Draw) => between(d, 1, 4);

const drawn: Record<string, Case> = {
  conv2d: {
    args: sizes(2, (d, channels) => [channels, many(d)]),
    run: withGradients((x, k) => tf.conv2d(x as tf.Tensor4D, k as tf.Tensor4D, strideOf(x), padOf(x))),
    ...inexact,
  },
  depthwiseConv2d: {
    args: sizes(2, (d, channels) => [channels, many(d)]),
    run: withGradients((x, k) => tf.depthwiseConv2d(x as tf.Tensor4D, k as tf.Tensor4D, strideOf(x), padOf(x))),
    ...inexact,
  },
  conv3d: {
    args: sizes(3, (d, channels) => [channels, many(d)]),
    run: withGradients((x, k) => tf.conv3d(x as tf.Tensor5D, k as tf.Tensor5D, strideOf(x), padOf(x))),
    ...inexact,
  },
  'fused conv2d': {
    args: sizes(2, (d, channels) => [channels, many(d)]),
    run: ({ x, k }) =>
      tf.fused.conv2d({
        x: x as tf.Tensor4D,
        filter: k as tf.Tensor4D,
        strides: strideOf(x!),
        pad: padOf(x!),
        bias: tf.ones([k!.shape[3]!]),
        activation: 'relu6',
      }),
    ...inexact,
  },
  'fused depthwiseConv2d': {
    args: sizes(2, (d, channels) => [channels, many(d)]),
    run: ({ x, k }) =>
      tf.fused.depthwiseConv2d({
        x: x as tf.Tensor4D,
        filter: k as tf.Tensor4D,
        strides: strideOf(x!),
        pad: padOf(x!),
        activation: 'sigmoid',
      }),
    ...inexact,
  },
};
const broken = { shape: [2, 2, 3, 2], special: [Number.NaN, -0, Infinity] };
// without padding: it counts as 0 times a weight here, and not at all on the cpu backend
drawn['weights that are no numbers'] = {
  args: { x: { shape: [2, 4, 5, 3] }, k: broken },
  run: withGradients((x, k) =>
    tf.concat(
      [
        tf.conv2d(x as tf.Tensor4D, k as tf.Tensor4D, 1, 'valid'),
        tf.depthwiseConv2d(x as tf.Tensor4D, k as tf.Tensor4D, 1, 'valid'),
        tf.conv3d(x.expandDims(1) as tf.Tensor5D, k.expandDims(0) as tf.Tensor5D, 1, 'valid').squeeze([1]),
      ],
      3,
    ),
  ),
  ...inexact,
};
checkKernels('convolutions', drawn);

const random = (shape: number[]) => ({ shape });
const convolved: Record<string, Case> = {};
const paddings = ['same', 'valid', 1] as const;
for (const pad of paddings) {
  for (const stride of [1, 2, 3]) {
    const name = (kernelName: string) => `${kernelName} ${pad} by ${stride}`;
    convolved[name('conv2d')] = {
      args: { x: random([2, 6, 5, 3]), k: random([3, 2, 3, 4]) },
      run: withGradients((x, k) => tf.conv2d(x as tf.Tensor4D, k as tf.Tensor4D, stride, pad)),
      relative: 1e-5,
      absolute: 1e-5,
    };
    convolved[name('depthwiseConv2d')] = {
      args: { x: random([2, 6, 5, 3]), k: random([3, 2, 3, 2]) },
      run: withGradients((x, k) => tf.depthwiseConv2d(x as tf.Tensor4D, k as tf.Tensor4D, stride, pad)),
      relative: 1e-5,
      absolute: 1e-5,
    };
    if (pad === 1) continue;
    convolved[name('conv3d')] = {
      args: { x: random([2, 4, 5, 4, 3]), k: random([2, 3, 2, 3, 2]) },
      run: withGradients((x, k) => tf.conv3d(x as tf.Tensor5D, k as tf.Tensor5D, stride, pad)),
      relative: 1e-5,
      absolute: 1e-5,
    };
  }
}
for (const dilation of [2, 3]) {
  convolved[`conv2d dilated by ${dilation}`] = {
    args: { x: random([2, 8, 7, 3]), k: random([2, 3, 3, 2]) },
    run: ({ x, k }) => [
      tf.conv2d(x as tf.Tensor4D, k as tf.Tensor4D, 1, 'same', 'NHWC', dilation),
      tf.depthwiseConv2d(x as tf.Tensor4D, k as tf.Tensor4D, 1, 'valid', 'NHWC', dilation),
    ],
    relative: 1e-5,
    absolute: 1e-5,
  };
}
convolved['fused conv2d'] = {
  args: { x: random([2, 5, 4, 3]), k: random([2, 2, 3, 4]), b: random([4]) },
  run: ({ x, k, b }) => [
    tf.fused.conv2d({
      x: x as tf.Tensor4D,
      filter: k as tf.Tensor4D,
      strides: 1,
      pad: 'same',
      bias: b!,
      activation: 'relu',
    }),
    tf.fused.depthwiseConv2d({
      x: x as tf.Tensor4D,
      filter: tf.slice(k as tf.Tensor4D, [0, 0, 0, 0], [2, 2, 3, 1]),
      strides: 1,
      pad: 'same',
      activation: 'elu',
    }),
  ],
  relative: 1e-5,
  absolute: 1e-5,
};
convolved['conv1d and conv2dTranspose'] = {
  args: { x: random([2, 7, 3]), k: random([3, 3, 4]), i: random([1, 3, 3, 2]), f: random([2, 2, 5, 2]) },
  run: ({ x, k, i, f }) => [
    tf.conv1d(x as tf.Tensor3D, k as tf.Tensor3D, 2, 'same'),
    tf.conv2dTranspose(i as tf.Tensor4D, f as tf.Tensor4D, [1, 6, 6, 5], 2, 'same'),
  ],
  relative: 1e-5,
  absolute: 1e-5,
};
checkKernels('convolutions by hand', convolved);
