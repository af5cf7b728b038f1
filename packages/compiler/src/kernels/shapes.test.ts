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
import { shapes } from './shapes';

const MADE = ['Fill', 'Range', 'LinSpace'];
checkCoverage(shapes, {
  'they have no argument': {
    empty: MADE,
    NaN: MADE,
    infinity: MADE,
    '-0': MADE,
    float32: MADE,
    int32: MADE,
    bool: MADE,
  },
  'TensorFlow.js refuses the dtype': {
    int32: ['FlipLeftRight', 'DepthToSpace'],
    bool: ['FlipLeftRight', 'DepthToSpace'],
  },
  'nothing has no mirror image': { empty: ['MirrorPad'] },
});

/** Made of nothing but attributes. */
const made: Record<string, Case> = {
  fill: {
    args: {},
    run: () => [tf.fill([2], 3), tf.fill([2, 1], 3, 'int32'), tf.fill([], 1, 'bool'), tf.zeros([2, 0])],
  },
  range: {
    args: {},
    run: () => [
      tf.range(0, 1, 0.1),
      tf.range(5, 1, 1, 'int32'),
      tf.range(5, 1, -2),
      tf.range(3, 3),
      tf.range(-4, 9, 3, 'int32'),
    ],
  },
  linspace: { args: {}, run: () => [tf.linspace(0, 3, 7), tf.linspace(2, -1, 4), tf.linspace(1, 2, 1)] },
};
checkKernels('made', made);

/** A tensor of at least `minRank` axes that holds anything. */
const anything =
  (dtype: DType, minRank = 1, maxRank = 4) =>
  (rng: Rng, draw: number): Record<string, Argument> => ({
    x: { shape: anyShape(rng, draw, minRank, maxRank), dtype, special: draw % 2 === 0 },
  });
/** One of a few numbers for each axis, the same for the eager and the compiled run. */
const perAxis = (x: tf.Tensor, ...numbers: number[]) =>
  x.shape.map((size, axis) => numbers[(axis + size + x.rank) % numbers.length]!);
const pairs = (x: tf.Tensor, ...numbers: number[]) =>
  x.shape.map((_, axis): [number, number] => [numbers[axis % numbers.length]!, numbers[(axis + 1) % numbers.length]!]);
const rotated = (x: tf.Tensor) => x.shape.map((_, axis) => (axis + 1) % x.rank);

/** By name: the fewest axes, the most axes, and what to run. */
const anywhere: Record<string, [number, number, Case['run']]> = {
  clone: [0, 4, ({ x }) => [x!.clone(), x!.reshape(x!.shape)]],
  reshape: [
    0,
    4,
    ({ x }) => [
      x!.reshape([x!.size]),
      x!.reshape([1, x!.size, 1]),
      ...(x!.size > 0 ? [x!.reshape([-1])] : []),
      x!.squeeze(),
    ],
  ],
  expandDims: [0, 4, ({ x }) => [x!.expandDims(-1), x!.expandDims(0), x!.expandDims(x!.rank)]],
  transpose: [0, 4, ({ x }) => [x!.transpose(), x!.transpose(rotated(x!))]],
  concat: [
    1,
    4,
    ({ x }) => x!.shape.map((_, axis) => tf.concat([x!, x!.reverse(axis), x!], axis - (axis % 2) * x!.rank)),
  ],
  stack: [0, 3, ({ x }) => [tf.stack([x!, x!]), tf.stack([x!, x!, x!], -1), tf.stack([x!], x!.rank)]],
  unstack: [1, 4, ({ x }) => x!.shape.flatMap((_, axis) => tf.unstack(x!, axis - (axis % 2) * x!.rank))],
  split: [
    1,
    4,
    ({ x }) =>
      x!.shape.flatMap((size, axis) =>
        size < 2 ? [] : [...tf.split(x!, size, axis), ...tf.split(x!, [1, -1], axis - x!.rank)],
      ),
  ],
  slice: [
    1,
    4,
    ({ x }) => [
      x!.slice(perAxis(x!, 0, 0)),
      x!.slice(x!.shape.map((size) => size >> 1)),
      x!.slice(
        perAxis(x!, 0),
        perAxis(x!, 1, 0).map((size, axis) => Math.min(size, x!.shape[axis]!)),
      ),
    ],
  ],
  stridedSlice: [
    1,
    4,
    ({ x }) => [
      tf.stridedSlice(x!, perAxis(x!, 0, 1), x!.shape, perAxis(x!, 2, 1)),
      tf.stridedSlice(
        x!,
        x!.shape.map((size) => size - 1),
        x!.shape.map((size) => -size - 1),
        perAxis(x!, -1, -2),
      ),
    ],
  ],
  pad: [1, 4, ({ x }) => [tf.pad(x!, pairs(x!, 1, 0, 2), 1), tf.pad(x!, pairs(x!, 0))]],
  mirrorPad: [
    1,
    4,
    ({ x }) =>
      x!.shape.some((size) => size < 2)
        ? x!.clone()
        : [tf.mirrorPad(x!, pairs(x!, 1, 0), 'reflect'), tf.mirrorPad(x!, pairs(x!, 2, 1), 'symmetric')],
  ],
  tile: [
    1,
    4,
    ({ x }) => [
      tf.tile(x!, perAxis(x!, 1, 2, 3)),
      tf.tile(x!, perAxis(x!, 1)),
      x!.size === x!.shape.at(-1)
        ? tf.tile(
            x!,
            x!.shape.map((size) => (size === 1 ? 3 : 1)),
          )
        : x!.clone(),
    ],
  ],
  broadcastTo: [0, 3, ({ x }) => tf.broadcastTo(x!, [2, ...x!.shape])],
  reverse: [1, 4, ({ x }) => [tf.reverse(x!), tf.reverse(x!, 0), tf.reverse(x!, -1)]],
  'flip left and right': [4, 4, ({ x }) => tf.image.flipLeftRight(x as tf.Tensor4D)],
  like: [0, 4, ({ x }) => [tf.zerosLike(x!), tf.onesLike(x!)]],
};
const cases: Record<string, Case> = {};
for (const dtype of ['float32', 'int32', 'bool'] as const) {
  for (const [name, [minRank, maxRank, run]] of Object.entries(anywhere)) {
    if (dtype === 'float32' || name !== 'flip left and right') {
      cases[`${name} ${dtype}`] = { args: anything(dtype, minRank, maxRank), run };
    }
  }
  const blocks =
    (multiple: [number, number, number, number]) =>
    (rng: Rng, draw: number): Record<string, Argument> => ({
      x: {
        shape: anyShape(rng, draw, 4, 4).map((size, axis) => size * multiple[axis]!),
        dtype,
        special: draw % 2 === 0,
      },
    });
  if (dtype === 'float32') {
    cases['depthToSpace'] = {
      args: blocks([1, 1, 1, 4]),
      run: ({ x }) => tf.depthToSpace(x as tf.Tensor4D, 2, 'NHWC'),
    };
  }
  cases[`spaceToBatchND ${dtype}`] = {
    args: blocks([1, 2, 3, 1]),
    run: ({ x }) => [
      tf.spaceToBatchND(
        x!,
        [2, 3],
        [
          [1, 1],
          [0, 3],
        ],
      ),
      tf.spaceToBatchND(x!, [2], [[0, 0]]),
    ],
  };
  cases[`batchToSpaceND ${dtype}`] = {
    args: blocks([6, 1, 1, 1]),
    run: ({ x }) => {
      const cut = x!.size > 0 ? 1 : 0;
      return [
        tf.batchToSpaceND(
          x!,
          [2, 3],
          [
            [cut, 0],
            [0, cut],
          ],
        ),
        tf.batchToSpaceND(x!, [3], [[0, cut]]),
      ];
    },
  };
}
checkKernels('shapes', cases);

const shaped: Record<string, Case> = {
  reshape: { args: { x: { shape: [2, 6] } }, run: ({ x }) => x!.reshape([-1, 3]).reshape([4, 1, 3]).squeeze() },
  expandDims: {
    args: { x: { shape: [2, 6] } },
    run: ({ x }) => [x!.expandDims(-1), x!.expandDims(1), x!.expandDims(0)],
  },
  transpose: {
    args: { x: { shape: [2, 3, 4] } },
    run: ({ x }) => [x!.transpose(), x!.transpose([1, 0, 2]), x!.transpose([2, 0, 1]).transpose([1, 2, 0])],
  },
  'concat with an empty one': {
    args: { a: { shape: [2, 3] }, b: { shape: [2, 0] }, c: { shape: [2, 1] } },
    run: ({ a, b, c }) => [tf.concat([a!, b!, c!], 1), tf.concat([b!, c!], -1), tf.concat([a!, a!], 0)],
  },
  'stack and unstack': {
    args: { a: { shape: [2, 3] }, b: { shape: [2, 3] } },
    run: ({ a, b }) => [
      tf.stack([a!, b!]),
      tf.stack([a!, b!], 2),
      tf.stack([a!, b!], -2),
      ...tf.unstack(a!, 1),
      ...tf.unstack(b!),
    ],
  },
  split: {
    args: { x: { shape: [6, 5] } },
    run: ({ x }) => [...tf.split(x!, 3), ...tf.split(x!, [1, 4], 1), ...tf.split(x!, [2, -1], -1)],
  },
  slice: {
    args: { x: { shape: [4, 5, 3] } },
    run: ({ x }) => [tf.slice(x!, [1, 0, 2]), tf.slice(x!, [0, 2], [-1, 2]), tf.slice(x!, 3, 0)],
  },
  stridedSlice: {
    args: { x: { shape: [5, 6] } },
    run: ({ x }) => [
      tf.stridedSlice(x!, [0, 1], [5, 6], [2, 3]),
      tf.stridedSlice(x!, [4, 5], [0, -7], [-1, -2]),
      tf.stridedSlice(x!, [1, 2], [3, 3], [1, 1], 0, 1, 0, 0, 2),
    ],
  },
  pad: {
    args: {
      x: { shape: [2, 3] },
      i: { shape: [4], dtype: 'int32' },
      b: { shape: [3], dtype: 'bool' },
      none: { shape: [0, 2] },
    },
    run: ({ x, i, b, none }) => [
      tf.pad(
        x!,
        [
          [1, 0],
          [0, 2],
        ],
        7,
      ),
      tf.pad(i!, [[2, 1]]),
      tf.pad(b!, [[0, 1]]),
      tf.pad(
        none!,
        [
          [1, 1],
          [0, 1],
        ],
        3,
      ),
    ],
  },
  mirrorPad: {
    args: { x: { shape: [4, 3] } },
    run: ({ x }) => [
      tf.mirrorPad(
        x!,
        [
          [2, 1],
          [0, 2],
        ],
        'reflect',
      ),
      tf.mirrorPad(
        x!,
        [
          [3, 4],
          [1, 0],
        ],
        'symmetric',
      ),
    ],
  },
  tile: {
    args: { x: { shape: [2, 1] } },
    run: ({ x }) => [tf.tile(x!, [3, 4]), tf.tile(x!, [1, 5]), tf.broadcastTo(x!, [4, 2, 6])],
  },
  reverse: {
    args: { x: { shape: [2, 3, 4] } },
    run: ({ x }) => [tf.reverse(x!), tf.reverse(x!, 1), tf.reverse(x!, [0, 2])],
  },
  fill: {
    args: { x: { shape: [2] } },
    run: ({ x }) => [tf.fill([2], 3).add(x!), tf.fill([2], 3, 'int32'), tf.zeros([2, 0])],
  },
  range: {
    args: { x: { shape: [1] } },
    run: ({ x }) => [
      tf.range(0, 1, 0.1).add(x!),
      tf.range(5, 1, 1, 'int32'),
      tf.range(5, 1, -2),
      tf.linspace(0, 3, 7),
      tf.range(3, 3),
    ],
  },
  depthToSpace: { args: { x: { shape: [2, 3, 2, 12] } }, run: ({ x }) => tf.depthToSpace(x as tf.Tensor4D, 2, 'NHWC') },
  spaceToBatchND: {
    args: { x: { shape: [2, 3, 4, 2] } },
    run: ({ x }) =>
      tf.spaceToBatchND(
        x!,
        [2, 2],
        [
          [1, 0],
          [1, 1],
        ],
      ),
  },
  batchToSpaceND: {
    args: { x: { shape: [8, 2, 3, 2] } },
    run: ({ x }) =>
      tf.batchToSpaceND(
        x!,
        [2, 2],
        [
          [1, 0],
          [1, 1],
        ],
      ),
  },
  select: {
    args: {
      c: { shape: [3, 1], dtype: 'bool' },
      a: { shape: [3, 4] },
      b: { shape: [4] },
      i: { shape: [3, 1], dtype: 'int32' },
      p: { shape: [4], dtype: 'bool' },
    },
    run: ({ c, a, b, i, p }) => [tf.where(c!, a!, b!), tf.where(c!, i!, i!.mul(2)), tf.where(p!, c!, p!.logicalNot())],
  },
};
checkKernels('shapes by hand', shaped);
