import * as tf from '@tensorflow/tfjs';
import { Rng } from '@trimodal/core';
import { describe, expect, test } from 'vitest';
import { compile } from '../compile';

/** A tensor to run a kernel on: random numbers, or given ones; constants are not inputs of the graph. */
type Argument = {
  shape: number[];
  dtype?: 'float32' | 'int32' | 'bool';
  low?: number;
  high?: number;
  special?: boolean;
};
type Case = {
  args: Record<string, Argument>;
  run: (x: Record<string, tf.Tensor>) => tf.Tensor | tf.Tensor[];
  relative?: number;
  absolute?: number;
};

const SPECIAL = [Number.NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -0.5, 2.5, 1e-20, -1e20];

function values({ shape, dtype = 'float32', low = -3, high = 3, special }: Argument, rng: Rng) {
  const size = tf.util.sizeFromShape(shape);
  if (dtype === 'bool') return Uint8Array.from({ length: size }, () => rng.int(2));
  if (dtype === 'int32') return Int32Array.from({ length: size }, () => low + rng.int(high - low + 1));
  return Float32Array.from({ length: size }, () =>
    special && rng.uniform() < 0.6 ? SPECIAL[rng.int(SPECIAL.length)]! : low + (high - low) * rng.uniform(),
  );
}

async function check(name: string, { args, run, relative = 2e-6, absolute = 1e-6 }: Case, seed: number): Promise<void> {
  const feeds = Object.fromEntries(
    Object.entries(args).map(([key, arg]) => [key, values(arg, new Rng(seed).fork(name).fork(key))]),
  );
  const wanted = tf.tidy(() => {
    const tensors = Object.fromEntries(
      Object.entries(args).map(([key, arg]) => [key, tf.tensor(feeds[key]!, arg.shape, arg.dtype ?? 'float32')]),
    );
    return [run(tensors)].flat().map((t) => ({ shape: t.shape, dtype: t.dtype, data: t.dataSync().slice() }));
  });
  const outputs = (tensors: Record<string, tf.Tensor>) => {
    const results = [run(tensors)].flat();
    for (const [i, t] of results.entries()) expect([name, i, t.dtype]).toEqual([name, i, wanted[i]!.dtype]);
    return Object.fromEntries(results.map((t, i) => [`out${i}`, t]));
  };
  const compiled = await compile(outputs, { inputs: args, threads: 1 });
  const got = await compiled.run(feeds);
  await compiled.dispose();
  for (const [i, { shape, data }] of wanted.entries()) {
    const { data: result, shape: resultShape } = got[`out${i}`]!;
    expect([name, resultShape]).toEqual([name, shape]);
    for (let j = 0; j < data.length; j++) {
      const [x, y] = [result[j]!, data[j]!];
      const close = Object.is(x, y) || x === y || Math.abs(x - y) <= absolute + relative * Math.abs(y);
      if (!close) {
        const inputs = Object.entries(feeds).map(([k, v]) => `${k}[${j}]=${v[j % v.length]}`);
        throw new Error(`${name}: element ${j} of output ${i} is ${x}, cpu has ${y} (${inputs.join(', ')})`);
      }
    }
  }
}

function checkAll(group: string, cases: Record<string, Case>): void {
  describe(group, () => {
    for (const [name, one] of Object.entries(cases)) {
      test(name, async () => {
        for (const seed of [1, 2]) await check(name, one, seed);
      });
    }
  });
}

type Op = (...args: tf.Tensor[]) => tf.Tensor;
const ops = tf as unknown as Record<string, Op>;

/** Shapes to broadcast, an empty tensor among them. */
const PAIRS: [number[], number[]][] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], [3]],
  [
    [4, 1, 3],
    [2, 1],
  ],
  [[], [2, 2]],
  [
    [0, 3],
    [1, 3],
  ],
];

const binaries: Record<string, Case> = {};
for (const op of [
  'add',
  'sub',
  'mul',
  'div',
  'maximum',
  'minimum',
  'squaredDifference',
  'pow',
  'mod',
  'atan2',
  'floorDiv',
  'equal',
  'notEqual',
  'greater',
  'greaterEqual',
  'less',
  'lessEqual',
]) {
  for (const [a, b] of PAIRS) {
    for (const special of [false, true]) {
      // Int32Array turns what is no number into 0: only quotients that are numbers can be compared
      if (op === 'floorDiv' && special) continue;
      binaries[`${op} [${a}] [${b}]${special ? ' with NaN and infinities' : ''}`] = {
        args: { a: { shape: a, special, low: op === 'pow' ? 0.1 : -3 }, b: { shape: b, special } },
        run: ({ a, b }) => ops[op]!(a!, b!),
        relative: 1e-5,
      };
    }
    const low = ['div', 'floorDiv', 'mod', 'pow'].includes(op) ? 1 : -5;
    if (op !== 'atan2') {
      binaries[`${op} int32 [${a}] [${b}]`] = {
        args: {
          a: { shape: a, dtype: 'int32', low: op === 'pow' ? 1 : -7, high: 7 },
          b: { shape: b, dtype: 'int32', low, high: 6 },
        },
        run: ({ a, b }) => ops[op]!(a!, b!),
      };
    }
  }
}
for (const op of ['floorDiv', 'mod']) {
  binaries[`${op} int32 by 0`] = {
    args: { a: { shape: [9], dtype: 'int32', low: -3, high: 3 }, b: { shape: [9], dtype: 'int32', low: -1, high: 1 } },
    run: ({ a, b }) => ops[op]!(a!, b!),
  };
}
for (const op of ['logicalAnd', 'logicalOr', 'logicalXor', 'equal', 'notEqual', 'greater', 'lessEqual']) {
  binaries[`${op} bool`] = {
    args: { a: { shape: [2, 3], dtype: 'bool' }, b: { shape: [3], dtype: 'bool' } },
    run: ({ a, b }) => ops[op]!(a!, b!),
  };
}
checkAll('binary', binaries);

const unaries: Record<string, Case> = {};
const intUnaries = [
  'abs',
  'neg',
  'sign',
  'square',
  'relu',
  'isNaN',
  'isInf',
  'isFinite',
  'step',
  'zerosLike',
  'onesLike',
];
for (const op of [
  'exp',
  'expm1',
  'log',
  'log1p',
  'sqrt',
  'rsqrt',
  'reciprocal',
  'sin',
  'cos',
  'tan',
  'asin',
  'acos',
  'atan',
  'sinh',
  'cosh',
  'tanh',
  'asinh',
  'acosh',
  'atanh',
  'erf',
  'sigmoid',
  'softplus',
  'logSigmoid',
  'relu6',
  'ceil',
  'floor',
  'round',
  'elu',
  'selu',
  ...intUnaries,
]) {
  unaries[op] = { args: { x: { shape: [3, 4, 5] } }, run: ({ x }) => ops[op]!(x!), relative: 1e-5 };
  unaries[`${op} of small numbers`] = {
    args: { x: { shape: [40], low: -1e-3, high: 1e-3 } },
    run: ({ x }) => ops[op]!(x!),
    relative: 1e-5,
    absolute: op === 'erf' ? 2e-7 : 1e-8,
  };
  unaries[`${op} with NaN and infinities`] = {
    args: { x: { shape: [50], special: true } },
    run: ({ x }) => ops[op]!(x!),
    relative: 1e-5,
  };
  unaries[`${op} of nothing`] = { args: { x: { shape: [2, 0] } }, run: ({ x }) => ops[op]!(x!) };
}
for (const op of intUnaries) {
  unaries[`${op} int32`] = {
    args: { x: { shape: [3, 4], dtype: 'int32', low: -4, high: 4 } },
    run: ({ x }) => ops[op]!(x!),
  };
}
unaries['logicalNot'] = { args: { x: { shape: [7], dtype: 'bool' } }, run: ({ x }) => ops['logicalNot']!(x!) };
unaries['leakyRelu'] = { args: { x: { shape: [50], special: true } }, run: ({ x }) => tf.leakyRelu(x!, 0.3) };
unaries['prelu'] = { args: { x: { shape: [20, 3] }, a: { shape: [3] } }, run: ({ x, a }) => tf.prelu(x!, a!) };
unaries['step with alpha'] = { args: { x: { shape: [50], special: true } }, run: ({ x }) => tf.step(x!, 0.7) };
unaries['clipByValue'] = { args: { x: { shape: [50], special: true } }, run: ({ x }) => tf.clipByValue(x!, -0.7, 1.2) };
for (const from of ['float32', 'int32', 'bool'] as const) {
  for (const to of ['float32', 'int32', 'bool'] as const) {
    unaries[`cast ${from} to ${to}`] = {
      args: { x: { shape: [60], dtype: from, special: from === 'float32' && to !== 'int32' } },
      run: ({ x }) => x!.cast(to),
    };
  }
}
unaries['cast NaN and infinities to int32'] = {
  args: { x: { shape: [9], low: -9, high: 9 } },
  run: ({ x }) => tf.concat([x!, tf.tensor1d([Number.NaN, Infinity, -Infinity, -0.5])]).cast('int32'),
};
checkAll('unary', unaries);

type Reduction = (x: tf.Tensor, axis?: unknown, keep?: boolean) => tf.Tensor;
const reductionOf = (op: string) => (tf as unknown as Record<string, Reduction>)[op]!;
const reductions: Record<string, Case> = {};
for (const op of ['sum', 'mean', 'prod', 'max', 'min', 'logSumExp', 'argMax', 'argMin', 'all', 'any']) {
  const dtypes = op === 'all' || op === 'any' ? (['bool'] as const) : (['float32', 'int32'] as const);
  for (const dtype of dtypes) {
    if (op === 'logSumExp' && dtype === 'int32') continue;
    for (const [shape, axis] of [
      [[2, 3, 4], undefined],
      [[2, 3, 4], 1],
      [
        [2, 3, 4],
        [0, 2],
      ],
      [[2, 3, 4], -1],
      [[5], 0],
      [[2, 0, 3], 1],
    ] as const) {
      if (op.startsWith('arg') && (Array.isArray(axis) || shape.includes(0 as never))) continue;
      if (op === 'logSumExp' && shape.includes(0 as never)) continue;
      for (const keep of [false, true]) {
        if (op.startsWith('arg') && keep) continue;
        const f = reductionOf(op);
        // of no integers the extremes are infinite, which int32 can't hold
        if (shape.includes(0 as never) && dtype === 'int32' && (op === 'max' || op === 'min')) continue;
        reductions[`${op} ${dtype} [${shape}] over ${axis}${keep ? ', kept' : ''}`] = {
          args: { x: { shape: [...shape], dtype } },
          run: ({ x }) => (op.startsWith('arg') ? f(x!, axis) : f(x!, axis, keep)),
        };
      }
    }
  }
}
for (const op of ['sum', 'mean', 'prod', 'max', 'min']) {
  reductions[`${op} with NaN and infinities`] = {
    args: { x: { shape: [30, 2], special: true } },
    run: ({ x }) => reductionOf(op)(x!, 1),
  };
}
for (const op of ['argMax', 'argMin'] as const) {
  reductions[`${op} with NaN and infinities`] = {
    args: { x: { shape: [30, 3], special: true } },
    run: ({ x }) => [reductionOf(op)(x!, 1), reductionOf(op)(x!, 0)],
  };
}
for (const exclusive of [false, true]) {
  for (const reverse of [false, true]) {
    for (const [shape, axis] of [
      [[2, 5], 1],
      [[3, 4, 2], 1],
      [[6], 0],
      [[1], 0],
    ] as const) {
      for (const op of ['cumsum', 'cumprod'] as const) {
        for (const dtype of ['float32', 'int32'] as const) {
          reductions[`${op} ${dtype} [${shape}] ${axis} ${exclusive} ${reverse}`] = {
            args: { x: { shape: [...shape], dtype } },
            run: ({ x }) => (op === 'cumsum' ? tf.cumsum : tf.cumprod)(x!, axis, exclusive, reverse),
          };
        }
      }
    }
  }
}
reductions['softmax'] = { args: { x: { shape: [3, 4, 5] } }, run: ({ x }) => tf.softmax(x!) };
reductions['softmax of large numbers'] = {
  args: { x: { shape: [3, 5], low: -1e9, high: 1e3 } },
  run: ({ x }) => tf.softmax(x!),
};
reductions['logSoftmax'] = { args: { x: { shape: [3, 5] } }, run: ({ x }) => tf.logSoftmax(x!) };
reductions['moments'] = { args: { x: { shape: [3, 5] } }, run: ({ x }) => Object.values(tf.moments(x!, 1)) };
checkAll('reductions', reductions);

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
checkAll('shapes', shaped);

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
    run: ({ x, u }) => tf.tensorScatterUpdate(x!, tf.tensor2d([[3], [1]], [2, 1], 'int32'), u!),
  },
  topk: { args: { x: { shape: [3, 6] } }, run: ({ x }) => Object.values(tf.topk(x!, 4)) },
};
checkAll('indexing', indexed);

const products: Record<string, Case> = {};
for (const [a, b] of [
  [
    [3, 4],
    [4, 5],
  ],
  [
    [2, 3, 4],
    [2, 4, 5],
  ],
  [
    [2, 3, 3, 4],
    [2, 3, 4, 2],
  ],
  [
    [1, 3, 4],
    [6, 4, 2],
  ],
  [
    [3, 0],
    [0, 2],
  ],
] as const) {
  for (const ta of [false, true]) {
    for (const tb of [false, true]) {
      const swap = (s: readonly number[], t: boolean) => (t ? [...s.slice(0, -2), s.at(-1)!, s.at(-2)!] : [...s]);
      products[`matMul [${a}] ${ta} [${b}] ${tb}`] = {
        args: { a: { shape: swap(a, ta) }, b: { shape: swap(b, tb) } },
        run: ({ a, b }) => tf.matMul(a!, b!, ta, tb),
        relative: 1e-5,
      };
    }
  }
}
for (const activation of ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const) {
  products[`fused matMul ${activation}`] = {
    args: { a: { shape: [3, 4] }, b: { shape: [4, 5] }, c: { shape: [5] }, w: { shape: [5] } },
    run: ({ a, b, c, w }) =>
      tf.fused.matMul({
        a: a!,
        b: b!,
        bias: c!,
        activation,
        ...(activation === 'leakyrelu' ? { leakyreluAlpha: 0.1 } : {}),
        ...(activation === 'prelu' ? { preluActivationWeights: w! } : {}),
      }),
    relative: 1e-5,
  };
}
checkAll('products', products);

const random = (shape: number[]) => ({ shape });
const convolved: Record<string, Case> = {
  einsum: {
    args: { a: random([2, 3, 4]), b: random([4, 5]), c: random([2, 3]) },
    run: ({ a, b, c }) => [tf.einsum('ijk,kl->ijl', a!, b!), tf.einsum('ijk,ij->k', a!, c!), tf.einsum('kl->lk', b!)],
    relative: 1e-5,
  },
  batchNorm: {
    args: { x: random([2, 3, 2, 4]), m: random([4]), v: { shape: [4], low: 0.1 }, o: random([4]), s: random([4]) },
    run: ({ x, m, v, o, s }) => [
      tf.batchNorm(x!, m as tf.Tensor1D, v as tf.Tensor1D, o as tf.Tensor1D, s as tf.Tensor1D, 0.01),
      tf.batchNorm(x!, m as tf.Tensor1D, v as tf.Tensor1D),
    ],
    relative: 1e-5,
  },
  diag: { args: { x: random([3]), y: random([2, 2]) }, run: ({ x, y }) => [tf.diag(x!), tf.diag(y!)] },
  sparseToDense: {
    args: { v: random([2]) },
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
      w: random([9]),
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
    args: { v: random([2, 5]) },
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
for (const [h, w] of [
  [7, 3],
  [3, 9],
  [4, 5],
] as const) {
  for (const align of [false, true]) {
    for (const half of [false, true]) {
      if (align && half) continue;
      convolved[`resize to ${h} ${w} ${align} ${half}`] = {
        // square and one image, as the cpu backend's gradients swap height and width, and misplace the second image
        args: { x: random([1, 5, 5, 3]), dy: random([1, h, w, 3]) },
        run: ({ x, dy }) => {
          const [bilinear, nearest] = [tf.image.resizeBilinear, tf.image.resizeNearestNeighbor].map(
            (resize) => (value: tf.Tensor) => resize(value as tf.Tensor4D, [h, w], align, half),
          ) as [(x: tf.Tensor) => tf.Tensor, (x: tf.Tensor) => tf.Tensor];
          // TensorFlow.js has no gradient for centres of pixels
          const gradients = half
            ? []
            : [bilinear, nearest].map((f) => tf.grad((x: tf.Tensor) => f(x).mul(dy!).sum())(x!));
          return [bilinear(x!), nearest(x!), ...gradients];
        },
        relative: 1e-5,
        absolute: 5e-6,
      };
    }
  }
}
/** Value and gradients of a kernel of one or two arguments, seen through random weights. */
function withGradients(f: (...args: tf.Tensor[]) => tf.Tensor): Case['run'] {
  return ({ x, k }) => {
    const args = k ? [x!, k] : [x!];
    const y = f(...args);
    const weights = tf.tensor(
      Float32Array.from({ length: y.size }, (_, i) => Math.sin(3 * i + 1)),
      y.shape,
    );
    return [
      y,
      ...tf.grads((...xs: tf.Tensor[]) =>
        f(...xs)
          .mul(weights)
          .sum(),
      )(args),
    ];
  };
}
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
    convolved[name('conv3d')] = {
      args: { x: random([2, 4, 5, 4, 3]), k: random([2, 3, 2, 3, 2]) },
      run: withGradients((x, k) => tf.conv3d(x as tf.Tensor5D, k as tf.Tensor5D, stride, pad)),
      relative: 1e-5,
      absolute: 1e-5,
    };
    convolved[name('maxPoolWithArgmax')] = {
      args: { x: random([2, 6, 5, 3]) },
      run: ({ x }) => Object.values(tf.maxPoolWithArgmax(x as tf.Tensor4D, [3, 2], stride, pad)),
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
checkAll('windows', convolved);
