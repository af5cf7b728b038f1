import * as tf from '@tensorflow/tfjs';
import type { Rng } from '@trimodal/core';
import {
  type Argument,
  anyShape,
  type Case,
  checkCoverage,
  checkKernels,
  type DType,
} from './__fixtures__/check-kernels';
import { reductions } from './reductions';

const floats = (...names: string[]) => ({ float32: names, NaN: names, infinity: names, '-0': names });
checkCoverage(reductions, {
  'logical reductions are of booleans': { ...floats('All', 'Any'), int32: ['All', 'Any'] },
  'TensorFlow.js casts their argument to numbers before, or refuses it': {
    int32: ['Softmax'],
    bool: ['Sum', 'Prod', 'Softmax'],
  },
  'the largest of nothing is no index': { empty: ['ArgMax', 'ArgMin'] },
});

type Reduction = (x: tf.Tensor, axis?: number[], keep?: boolean) => tf.Tensor;
const reductionOf = (op: string) => (tf as unknown as Record<string, Reduction>)[op]!;

/** A tensor and some of its axes. */
const reduced =
  (dtype: DType, empty = true) =>
  (rng: Rng, draw: number): Record<string, Argument> => ({
    x: { shape: anyShape(rng, empty ? draw : draw + 1, 1), dtype, special: draw % 2 === 0 },
  });

/** Axes to reduce a shape over, some counted from the end; all of them if none is given. */
function someAxes(shape: readonly number[], seed: number): number[] | undefined {
  if (seed % 4 === 3) return undefined;
  const axes = shape.map((_, axis) => axis).filter((axis) => (axis + seed) % 2 === 0);
  return axes.map((axis) => (seed % 3 === 0 ? axis - shape.length : axis));
}

const cases: Record<string, Case> = {};
for (const op of ['sum', 'mean', 'prod', 'max', 'min', 'logSumExp', 'all', 'any']) {
  const dtypes = op === 'all' || op === 'any' ? (['bool'] as const) : (['float32', 'int32', 'bool'] as const);
  for (const dtype of dtypes) {
    if (op === 'logSumExp' && dtype !== 'float32') continue;
    for (const seed of [0, 1, 2, 3]) {
      for (const keep of [false, true]) {
        cases[`${op} ${dtype} over axes ${seed}${keep ? ', kept' : ''}`] = {
          args: reduced(dtype, true),
          run: ({ x }) => reductionOf(op)(x!, someAxes(x!.shape, seed), keep),
          relative: 1e-5,
        };
      }
    }
  }
}
for (const op of ['argMax', 'argMin'] as const) {
  for (const dtype of ['float32', 'int32', 'bool'] as const) {
    cases[`${op} ${dtype}`] = {
      args: reduced(dtype, false),
      run: ({ x }) => x!.shape.map((_, axis) => (op === 'argMax' ? tf.argMax : tf.argMin)(x!, axis)),
    };
  }
}
for (const [op, cumulative] of Object.entries({ cumsum: tf.cumsum, cumprod: tf.cumprod })) {
  for (const dtype of ['float32', 'int32', 'bool'] as const) {
    cases[`${op} ${dtype}`] = {
      args: reduced(dtype),
      run: ({ x }) =>
        x!.shape.flatMap((_, axis) =>
          [false, true].flatMap((exclusive) =>
            [false, true].map((reverse) => cumulative(x!, axis, exclusive, reverse)),
          ),
        ),
      relative: 1e-5,
    };
  }
}
cases['softmax'] = { args: reduced('float32'), run: ({ x }) => tf.softmax(x!) };
cases['softmax of large numbers'] = {
  args: { x: { shape: [3, 5], low: -1e9, high: 1e3 } },
  run: ({ x }) => tf.softmax(x!),
};
cases['softmax with rows of minus infinity'] = {
  args: { x: { shape: [12, 3], special: [-Infinity, -Infinity, -Infinity, 0] } },
  run: ({ x }) => [tf.softmax(x!), tf.logSoftmax(x!), tf.logSumExp(x!, 1)],
};
cases['logSoftmax'] = { args: reduced('float32'), run: ({ x }) => tf.logSoftmax(x!) };
cases['moments'] = { args: reduced('float32'), run: ({ x }) => Object.values(tf.moments(x!, -1)), relative: 1e-5 };
checkKernels('reductions', cases);
