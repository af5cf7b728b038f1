import * as tf from '@tensorflow/tfjs';
import type { Rng } from '@trimodal/core';
import { expect, test } from 'vitest';
import { compile } from '../compile';
import {
  type Argument,
  anyPair,
  anyShape,
  type Case,
  checkCoverage,
  checkKernels,
  checkRefusals,
  type DType,
} from './__fixtures__/check-kernels';
import { elementwise } from './elementwise';

type Op = (...args: tf.Tensor[]) => tf.Tensor;
const ops = tf as unknown as Record<string, Op>;
const DTYPES = ['float32', 'int32', 'bool'] as const;

const floats = (...names: string[]) => ({ float32: names, NaN: names, infinity: names, '-0': names });
checkCoverage(elementwise, {
  'bitwise operations are of integers': floats('BitwiseAnd'),
  'logical operations are of booleans': {
    ...floats('LogicalAnd', 'LogicalOr', 'LogicalNot'),
    int32: ['LogicalAnd', 'LogicalOr', 'LogicalNot'],
  },
});

const REAL = [
  'Ceil',
  'Floor',
  'Expm1',
  'Log',
  'Log1p',
  'Sqrt',
  'Rsqrt',
  'Reciprocal',
  'Sin',
  'Cos',
  'Tan',
  'Asin',
  'Acos',
  'Atan',
  'Sinh',
  'Cosh',
  'Tanh',
  'Asinh',
  'Acosh',
  'Atanh',
  'Erf',
  'Sigmoid',
  'Softplus',
  'Elu',
  'Selu',
  'Atan2',
];
const ARITHMETIC = [
  'Add',
  'Sub',
  'Multiply',
  'RealDiv',
  'Maximum',
  'Minimum',
  'SquaredDifference',
  'Pow',
  'Mod',
  'Abs',
  'Neg',
  'Round',
  'Sign',
  'Square',
  'Relu',
  'Relu6',
  'Step',
  'ClipByValue',
  'AddN',
  'BitwiseAnd',
  'FloorDiv',
];
checkRefusals('int32', REAL);
checkRefusals('bool', [...REAL, ...ARITHMETIC]);

/** Pairs of random shapes that broadcast; floats are often NaN, infinite or -0. */
const pairs =
  (dtype: DType, special: Argument['special'] = true) =>
  (rng: Rng, draw: number) => {
    const [a, b] = anyPair(rng, draw);
    const one = { dtype, low: -7, high: 7, special: draw % 2 === 0 ? special : false };
    return { a: { shape: a, ...one }, b: { shape: b, ...one } };
  };

/** A quotient beyond int32 wraps around on the cpu backend, and is 0 here. */
const MODERATE = [Number.NaN, Infinity, -Infinity, 0, -0, 1, -1.5];

const binaries: Record<string, Case> = {};
const arithmetic = [
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
];
const comparisons = ['equal', 'notEqual', 'greater', 'greaterEqual', 'less', 'lessEqual'];
for (const op of [...arithmetic, ...comparisons]) {
  for (const dtype of comparisons.includes(op)
    ? DTYPES
    : op === 'atan2'
      ? (['float32'] as const)
      : (['float32', 'int32'] as const)) {
    binaries[`${op} ${dtype}`] = {
      args: pairs(dtype, op === 'floorDiv' ? MODERATE : true),
      run: ({ a, b }) => ops[op]!(a!, b!),
      relative: 1e-5,
    };
  }
}
for (const op of ['logicalAnd', 'logicalOr', 'logicalXor']) {
  binaries[op] = { args: pairs('bool'), run: ({ a, b }) => ops[op]!(a!, b!) };
}
binaries['bitwiseAnd'] = {
  args: (rng, draw) => {
    const one = { shape: anyShape(rng, draw), dtype: 'int32', low: -99, high: 99 } as const;
    return { a: one, b: one };
  },
  run: ({ a, b }) => tf.bitwiseAnd(a!, b!),
};
for (const dtype of ['float32', 'int32'] as const) {
  binaries[`addN ${dtype}`] = {
    args: (rng, draw) => {
      const one = { shape: anyShape(rng, draw), dtype, special: draw % 2 === 0 };
      return Object.fromEntries(Array.from({ length: 1 + (draw % 4) }, (_, i) => [`x${i}`, one]));
    },
    run: (xs) => tf.addN(Object.values(xs)),
    relative: 1e-5,
  };
}
checkKernels('binary', binaries);

const unaries: Record<string, Case> = {};
const float = [
  'ceil',
  'floor',
  'log',
  'sqrt',
  'rsqrt',
  'sin',
  'cos',
  'tan',
  'cosh',
  'tanh',
  'sigmoid',
  'expm1',
  'log1p',
  'reciprocal',
  'asin',
  'acos',
  'atan',
  'sinh',
  'asinh',
  'acosh',
  'atanh',
  'erf',
  'softplus',
  'logSigmoid',
  'elu',
  'selu',
];
const numbers = ['relu6', 'round', 'abs', 'neg', 'sign', 'square', 'relu', 'step'];
const any = ['exp', 'isNaN', 'isInf', 'isFinite', 'zerosLike', 'onesLike'];
const of = (names: string[], dtypes: readonly DType[]) =>
  names.flatMap((op) => dtypes.map((dtype) => [op, dtype] as const));
for (const [op, dtype] of [...of(float, ['float32']), ...of(numbers, ['float32', 'int32']), ...of(any, DTYPES)]) {
  unaries[`${op} ${dtype}`] = {
    args: (rng, draw) => ({ x: { shape: anyShape(rng, draw), dtype, low: -4, high: 4, special: draw % 2 === 0 } }),
    run: ({ x }) => ops[op]!(x!),
    relative: 1e-5,
  };
}
checkKernels('unary', unaries);

const others: Record<string, Case> = {};
for (const dtype of DTYPES) {
  const one = (rng: Rng, draw: number): Argument => ({
    shape: anyShape(rng, draw),
    dtype,
    low: -4,
    high: 4,
    special: draw % 2 === 0,
  });
  others[`where ${dtype}`] = {
    args: (rng, draw) => {
      const [a, b] = anyPair(rng, draw);
      const shape = tf.broadcast_util.assertAndGetBroadcastShape(a, b);
      return { c: { shape, dtype: 'bool' }, a: { ...one(rng, draw), shape: a }, b: { ...one(rng, draw), shape: b } };
    },
    run: ({ c, a, b }) => tf.where(c!, a!, b!),
  };
  for (const to of DTYPES) {
    others[`cast ${dtype} to ${to}`] = {
      args: (rng, draw) => ({ x: { ...one(rng, draw), special: to !== 'int32' && draw % 2 === 0 } }),
      run: ({ x }) => x!.cast(to),
    };
  }
  others[`leakyRelu ${dtype}`] = {
    args: (rng, draw) => ({ x: one(rng, draw) }),
    run: ({ x }) => tf.leakyRelu(x!, 0.3),
  };
  if (dtype === 'bool') continue;
  others[`clipByValue ${dtype}`] = {
    args: (rng, draw) => ({ x: one(rng, draw) }),
    run: ({ x }) => tf.clipByValue(x!, -1, 2),
  };
  others[`step ${dtype} with alpha`] = { args: (rng, draw) => ({ x: one(rng, draw) }), run: ({ x }) => tf.step(x!, 3) };
}

others['where of different dtypes'] = {
  args: { c: { shape: [3, 1], dtype: 'bool' }, a: { shape: [3, 4], dtype: 'int32' }, b: { shape: [4] } },
  run: ({ c, a, b }) => [tf.where(c!, a!, b!), tf.where(c!, b!, a!), tf.where(c!, c!, a!)],
};
others['cast NaN and infinities to int32'] = {
  args: { x: { shape: [9], low: -9, high: 9 } },
  run: ({ x }) => tf.concat([x!, tf.tensor1d([Number.NaN, Infinity, -Infinity, -0.5])]).cast('int32'),
};
for (const dtype of DTYPES) {
  others[`prelu ${dtype}`] = {
    args: (rng, draw) => ({
      x: { shape: anyShape(rng, draw, 1, 1).concat(3), dtype, special: draw % 2 === 0 },
      a: { shape: [3], dtype, special: draw % 3 === 2 },
    }),
    run: ({ x, a }) => tf.engine().runKernel('Prelu', { x: x!, alpha: a! }) as tf.Tensor,
  };
  others[`gradient of elu ${dtype}`] = {
    args: (rng, draw) => {
      const one = { shape: anyShape(rng, draw), dtype, special: draw % 2 === 0 };
      return { dy: one, y: one };
    },
    run: ({ dy, y }) => tf.engine().runKernel('EluGrad', { dy: dy!, y: y! }) as tf.Tensor,
  };
}
others['small numbers lose no digits'] = {
  args: { x: { shape: [60], low: -1e-3, high: 1e-3 } },
  run: ({ x }) =>
    ['expm1', 'log1p', 'tanh', 'sinh', 'asinh', 'atanh', 'elu', 'selu', 'sin', 'tan', 'atan', 'asin'].map((op) =>
      ops[op]!(x!),
    ),
  relative: 1e-5,
  absolute: 1e-9,
};
others['erf of small numbers'] = {
  args: { x: { shape: [60], low: -1e-3, high: 1e-3 } },
  run: ({ x }) => tf.erf(x!),
  absolute: 2e-7,
};
others['a division of integers by 0'] = {
  args: { a: { shape: [40], dtype: 'int32' }, b: { shape: [40], dtype: 'int32', low: -1, high: 1 } },
  run: ({ a, b }) => [
    tf.floorDiv(a!, b!),
    tf.mod(a!, b!),
    tf.engine().runKernel('RealDiv', { a: a!, b: b! }) as tf.Tensor,
  ],
};
checkKernels('others', others);

test('a number beyond int32 is cast to 0, where the cpu backend wraps it around', async () => {
  const compiled = await compile(({ x }) => ({ y: x!.cast('int32') }), { inputs: { x: { shape: [2] } }, threads: 1 });
  const { y } = await compiled.run({ x: Float32Array.of(2 ** 32 + 1024, -(2 ** 33)) });
  expect(Array.from(y!.data)).toEqual([0, 0]);
  expect(
    Array.from(
      tf
        .tensor1d([2 ** 32 + 1024])
        .cast('int32')
        .dataSync(),
    ),
  ).toEqual([1024]);
  await compiled.dispose();
});
