import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { trace } from '../trace';
import { anyShape, type Case, checkCoverage, checkKernels } from './__fixtures__/check-kernels';
import { sparse } from './sparse';

const SHAPES = ['BroadcastArgs', 'SparseReshape'];
const SEGMENTS = ['SparseSegmentSum', 'SparseSegmentMean'];
checkCoverage(sparse, {
  'shapes and indices are integers': { float32: SHAPES, NaN: SHAPES, infinity: SHAPES, '-0': SHAPES, bool: SHAPES },
  'what is added are numbers': { bool: SEGMENTS },
});

const cases: Record<string, Case> = {};
for (const dtype of ['float32', 'int32'] as const) {
  for (const ids of [[0, 0, 1], [1, 1, 4], [0], [0, 0, 0, 2, 2], []]) {
    cases[`segments ${ids} ${dtype}`] = {
      args: (rng, draw) => {
        const [rows, ...row] = anyShape(rng, Math.max(draw, 1), 1, 3);
        return {
          x: { shape: [rows!, ...row.map((size) => (draw === 0 ? 0 : size))], dtype, special: draw % 2 === 0 },
          i: { shape: [ids.length], dtype: 'int32', low: 0, high: rows! - 1 },
        };
      },
      run: ({ x, i }) => {
        const segments = tf.tensor1d(ids, 'int32');
        const sum = tf.sparse.sparseSegmentSum(x!, i as tf.Tensor1D, segments);
        return dtype === 'int32' ? sum : [sum, tf.sparse.sparseSegmentMean(x!, i as tf.Tensor1D, segments)];
      },
      relative: 1e-5,
      absolute: 1e-5,
    };
  }
}
for (const [from, to] of [
  [
    [2, 3, 6],
    [9, -1],
  ],
  [[4, 5], [20]],
  [[24], [2, 3, 4]],
  [
    [3, 1, 2],
    [2, 3, 1],
  ],
] as const) {
  cases[`sparseReshape [${from}] to [${to}]`] = {
    args: (rng, draw) => {
      const n = draw === 0 ? 0 : 1 + rng.int(6);
      return Object.fromEntries(
        from.map((size, axis) => [`i${axis}`, { shape: [n, 1], dtype: 'int32', low: 0, high: size - 1 } as const]),
      );
    },
    run: (columns) => {
      const indices = tf.concat(Object.values(columns), 1) as tf.Tensor2D;
      return Object.values(
        tf.sparse.sparseReshape(indices, tf.tensor1d([...from], 'int32'), tf.tensor1d([...to], 'int32')),
      );
    },
  };
}
cases['broadcastArgs'] = {
  args: {},
  run: () =>
    (
      [
        [[2, 3], [3]],
        [
          [4, 1, 3],
          [2, 1],
        ],
        [[], [2]],
        [[1], [0]],
      ] as [number[], number[]][]
    ).map(([a, b]) => tf.broadcastArgs(tf.tensor1d(a, 'int32'), tf.tensor1d(b, 'int32'))),
};
checkKernels('sparse', cases);

test('what shapes depend on must be known', () => {
  expect(() =>
    trace(({ x }) => ({ y: tf.broadcastArgs(x!.abs(), [2]) }), { x: { shape: [2], dtype: 'int32' } }),
  ).toThrow(/^Cannot compile BroadcastArgs at .*sparse\.test\.ts.*: s0 must be known while tracing.*give numbers/);
});
