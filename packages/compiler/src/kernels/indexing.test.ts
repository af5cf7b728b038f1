import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { compile } from '../compile';
import { trace } from '../trace';
import { type Argument, anyShape, type Case, checkCoverage, checkKernels } from './__fixtures__/check-kernels';
import { indexing } from './indexing';

const floats = (...names: string[]) => ({ float32: names, NaN: names, infinity: names, '-0': names });
checkCoverage(indexing, {
  'indices are integers': { ...floats('OneHot'), bool: ['OneHot'] },
  'weights and rows that are added are numbers': {
    bool: ['Bincount', 'DenseBincount', 'UnsortedSegmentSum', 'ScatterNd', 'SearchSorted'],
  },
  'TensorFlow.js refuses it': { empty: ['SearchSorted'] },
  'NaN has no place in an order': { NaN: ['TopK'] },
  'see the test of its own': { NaN: ['UnsortedSegmentSum'], infinity: ['UnsortedSegmentSum'] },
});

const integers = (shape: number[], low: number, high: number): Argument => ({ shape, dtype: 'int32', low, high });
const indexes = (size: number) => [0, Math.max(0, size - 1)] as const;

const cases: Record<string, Case> = {};
for (const dtype of ['float32', 'int32', 'bool'] as const) {
  /** Something to take from; as ONNX has it, of nothing nothing can be taken. */
  const source = (shape: number[], draw: number): Argument => ({ shape, dtype, special: draw % 2 === 0 });
  cases[`gather ${dtype}`] = {
    args: (rng, draw) => {
      const x = anyShape(rng, Math.max(draw, 1), 1, 3);
      return { x: source(x, draw), i: integers(anyShape(rng, draw, 1, 2), ...indexes(Math.min(...x))) };
    },
    run: ({ x, i }) => x!.shape.map((_, axis) => tf.gather(x!, i!, axis - (axis % 2) * x!.rank)),
  };
  cases[`gather with batch axes ${dtype}`] = {
    args: (rng, draw) => {
      const x = anyShape(rng, Math.max(draw, 1), 2, 4);
      return { x: source(x, draw), i: integers([x[0]!, draw === 0 ? 0 : 1 + rng.int(3)], ...indexes(Math.min(...x))) };
    },
    run: ({ x, i }) => x!.shape.slice(1).map((_, axis) => tf.gather(x!, i!, axis + 1, 1)),
  };
  cases[`gatherND ${dtype}`] = {
    args: (rng, draw) => {
      const x = anyShape(rng, Math.max(draw, 1), 1, 4);
      const i = [...anyShape(rng, draw, 1, 2), 1 + rng.int(x.length)];
      return { x: source(x, draw), i: integers(i, ...indexes(Math.min(...x))) };
    },
    run: ({ x, i }) => tf.gatherND(x!, i!),
  };
  cases[`tensorScatterUpdate ${dtype}`] = {
    args: (rng, draw) => {
      const row = anyShape(rng, Math.max(draw, 1), 0, 2);
      return { x: source([5, ...row], draw), u: source([2, ...row], draw + 1) };
    },
    run: ({ x, u }) => [
      tf.tensorScatterUpdate(x!, tf.tensor2d([[3], [1]], [2, 1], 'int32'), u!),
      tf.tensorScatterUpdate(x!, tf.zeros([0, 1], 'int32'), u!.slice(0, 0)),
    ],
  };
  cases[`sparseToDense ${dtype}`] = {
    args: (_, draw) => ({
      v: source([2], draw),
      one: source([], draw),
      n: source([0], draw),
      d: source([], draw + 1),
    }),
    run: ({ v, one, n, d }) => [
      tf.sparseToDense(
        tf.tensor2d(
          [
            [0, 1],
            [2, 0],
          ],
          [2, 2],
          'int32',
        ),
        v!,
        [3, 2],
        d as tf.Scalar,
      ),
      tf.sparseToDense(tf.tensor1d([4, 1], 'int32'), v!, [5], d as tf.Scalar),
      tf.sparseToDense(tf.tensor1d([1, 3], 'int32'), one!, [5], d as tf.Scalar),
      tf.sparseToDense(tf.tensor1d([], 'int32'), n!, [3], d as tf.Scalar),
    ],
  };
  cases[`topk ${dtype}`] = {
    args: (rng, draw) => ({
      x: { shape: draw === 0 ? [0, 3] : anyShape(rng, draw, 1, 3), dtype, special: [1, -0] },
    }),
    run: ({ x }) => [...new Set([1, x!.shape.at(-1)!])].flatMap((k) => Object.values(tf.topk(x!, k))),
  };
  if (dtype === 'bool') continue;
  cases[`scatterND ${dtype}`] = {
    args: (rng, draw) => {
      const row = anyShape(rng, Math.max(draw, 1), 0, 2);
      const n = draw === 0 ? 0 : 1 + rng.int(5);
      return { i: integers([n, 1], 0, 4), u: source([n, ...row], draw) };
    },
    run: ({ i, u }) => tf.scatterND(i!, u!, [5, ...u!.shape.slice(1)]),
    relative: 1e-5,
  };
  cases[`unsortedSegmentSum ${dtype}`] = {
    args: (rng, draw) => {
      const n = draw === 0 ? 0 : 1 + rng.int(6);
      return {
        x: { ...source([n, ...anyShape(rng, Math.max(draw, 1), 0, 2)], draw), special: [-0, 1] },
        i: integers([n], -1, 5),
      };
    },
    run: ({ x, i }) => tf.unsortedSegmentSum(x!, i as tf.Tensor1D, 4),
    relative: 1e-5,
  };
  cases[`bincount ${dtype}`] = {
    args: (rng, draw) => {
      const n = draw === 0 ? 0 : 1 + rng.int(9);
      return { i: integers([n], 0, 5), w: source([n], draw), none: source([0], draw) };
    },
    run: ({ i, w, none }) => [
      tf.bincount(i as tf.Tensor1D, w as tf.Tensor1D, 4),
      tf.bincount(i as tf.Tensor1D, none as tf.Tensor1D, 7),
    ],
    relative: 1e-5,
  };
  cases[`denseBincount ${dtype}`] = {
    args: (rng, draw) => {
      const shape = anyShape(rng, draw, 2, 2);
      return { i: integers(shape, 0, 5), w: source(shape, draw), none: source([0, 0], draw) };
    },
    run: ({ i, w, none }) => [
      tf.denseBincount(i as tf.Tensor2D, w as tf.Tensor2D, 4),
      tf.denseBincount(i as tf.Tensor2D, none as tf.Tensor2D, 5),
      tf.denseBincount(i as tf.Tensor2D, none as tf.Tensor2D, 3, true),
    ],
    relative: 1e-5,
  };
  cases[`searchSorted ${dtype}`] = {
    args: (rng, draw) => {
      const [b, n] = anyShape(rng, Math.max(draw, 1), 2, 2) as [number, number];
      return { s: source([b, 3], draw + 1), v: source([b, n], draw) };
    },
    run: ({ s, v }) => {
      // sorted by a sum of magnitudes, as a sort has none of the operations that a graph may have
      const sorted = tf.cumsum(s!.abs(), 1);
      return [tf.searchSorted(sorted, v!, 'left'), tf.searchSorted(sorted, v!, 'right')];
    },
  };
}
cases['oneHot'] = {
  args: (rng, draw) => ({ i: integers(anyShape(rng, draw, 0, 3), -2, 6) }),
  run: ({ i }) => [
    tf.oneHot(i!, 4),
    tf.oneHot(i!, 3, 5, -1),
    tf.oneHot(i!, 3, 1, 0, 'int32'),
    tf.oneHot(i!, 2, 1, 0, 'bool'),
  ],
};
checkKernels('indexing', cases);

const indexed: Record<string, Case> = {
  gather: {
    args: { x: { shape: [5, 3, 4] }, i: { shape: [2, 2], dtype: 'int32', low: 0, high: 2 } },
    run: ({ x, i }) => [tf.gather(x!, i!), tf.gather(x!, i!, 1), tf.gather(x!, i!, -1)],
  },
  'gather with batch axes': {
    args: { x: { shape: [2, 3, 4, 5] }, i: { shape: [2, 6], dtype: 'int32', low: 0, high: 2 } },
    run: ({ x, i }) => [tf.gather(x!, i!, 1, 1), tf.gather(x!, i!, 2, 1), tf.gather(x!, i!, 3, 1)],
  },
  gatherND: {
    args: { x: { shape: [3, 4, 2] }, i: { shape: [5, 2], dtype: 'int32', low: 0, high: 2 } },
    run: ({ x, i }) => tf.gatherND(x!, i!),
  },
  oneHot: {
    args: { i: { shape: [2, 5], dtype: 'int32', low: -2, high: 6 } },
    run: ({ i }) => [tf.oneHot(i!, 4), tf.oneHot(i!, 3, 5, -1), tf.oneHot(i!, 3, 1, 0, 'int32')],
  },
  unsortedSegmentSum: {
    args: { x: { shape: [6, 3] }, i: { shape: [6], dtype: 'int32', low: -1, high: 5 } },
    run: ({ x, i }) => tf.unsortedSegmentSum(x!, i as tf.Tensor1D, 4),
  },
  'embedding gradient': {
    args: { x: { shape: [5, 3] }, i: { shape: [2, 4], dtype: 'int32', low: 0, high: 4 }, dy: { shape: [2, 4, 3] } },
    run: ({ x, i, dy }) => tf.grad((w: tf.Tensor) => tf.gather(w, i!).mul(dy!).sum())(x!),
  },
  scatterND: {
    args: { i: { shape: [4, 1], dtype: 'int32', low: 0, high: 4 }, u: { shape: [4, 2] } },
    run: ({ i, u }) => tf.scatterND(i!, u!, [5, 2]),
  },
  tensorScatterUpdate: {
    args: { x: { shape: [5, 2] }, u: { shape: [2, 2] } },
    run: ({ x, u }) => [
      tf.tensorScatterUpdate(x!, tf.tensor2d([[3], [1]], [2, 1], 'int32'), u!),
      tf.tensorScatterUpdate(x!, tf.zeros([0, 1], 'int32'), u!.slice(0, 0)),
    ],
  },
  sparseToDense: {
    args: { v: { shape: [2] } },
    run: ({ v }) => [
      tf.sparseToDense(
        tf.tensor2d(
          [
            [0, 1],
            [2, 0],
          ],
          [2, 2],
          'int32',
        ),
        v!,
        [3, 2],
        tf.scalar(7),
      ),
      tf.sparseToDense(tf.tensor1d([1, 3], 'int32'), tf.scalar(2), [5], tf.scalar(0)),
    ],
  },
  bincount: {
    args: {
      i: { shape: [9], dtype: 'int32', low: 0, high: 5 },
      w: { shape: [9] },
      j: { shape: [2, 4], dtype: 'int32', low: 0, high: 4 },
    },
    run: ({ i, w, j }) => [
      tf.bincount(i as tf.Tensor1D, tf.tensor1d([]), 4),
      tf.bincount(i as tf.Tensor1D, w as tf.Tensor1D, 5),
      tf.denseBincount(j as tf.Tensor2D, tf.tensor2d([], [0, 0]), 4),
      tf.denseBincount(j as tf.Tensor2D, tf.tensor2d([], [0, 0]), 3, true),
    ],
  },
  searchSorted: {
    args: { v: { shape: [2, 5] } },
    run: ({ v }) => [
      tf.searchSorted(
        tf.tensor2d([
          [-2, -1, 0, 1],
          [0, 0, 1, 2],
        ]),
        v!,
        'left',
      ),
      tf.searchSorted(tf.tensor1d([1, 1, 2]), tf.tensor1d([0, 1, 3]), 'right'),
    ],
  },
  'topk of infinities': {
    args: { x: { shape: [3, 4] } },
    run: ({ x }) => {
      const column = (value: number) => tf.fill([3, 1], value);
      return Object.values(tf.topk(tf.concat([column(-Infinity), x!, column(Infinity)], 1), 6));
    },
  },
};
checkKernels('indexing by hand', indexed);

test('what is no number stays in its own segment, where the cpu backend spreads it over all', async () => {
  const sum = ({ x }: Record<string, tf.Tensor>) => ({
    y: tf.unsortedSegmentSum(x!, tf.tensor1d([0, 1, 1], 'int32'), 3),
  });
  const x = Float32Array.of(Number.NaN, 2, 3);
  const compiled = await compile(sum, { inputs: { x: { shape: [3] } }, threads: 1 });
  expect(Array.from((await compiled.run({ x })).y!.data)).toEqual([Number.NaN, 5, 0]);
  expect(Array.from(sum({ x: tf.tensor1d(x) }).y.dataSync())).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  await compiled.dispose();
});

test('a sum of booleans is refused', () => {
  const add = ({ x }: Record<string, tf.Tensor>) => ({ y: tf.scatterND(tf.zeros([2, 1], 'int32'), x!, [2]) });
  expect(() => trace(add, { x: { shape: [2], dtype: 'bool' } })).toThrow(
    /^Cannot compile ScatterNd at .*cast it first/,
  );
});
