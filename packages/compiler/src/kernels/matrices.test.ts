import * as tf from '@tensorflow/tfjs';
import { type Argument, anyShape, type Case, checkCoverage, checkKernels } from './__fixtures__/check-kernels';
import { matrices } from './matrices';

checkCoverage(matrices, {
  'they are of numbers': { bool: ['*'] },
  'a function of real numbers, refused': { int32: ['FusedBatchNorm'] },
});

const drawn: Record<string, Case> = {};
for (const dtype of ['float32', 'int32'] as const) {
  const source = (shape: number[], draw: number): Argument => ({
    shape,
    dtype,
    special: draw % 3 === 2 ? [Number.NaN, Infinity, -0] : false,
  });
  drawn[`matMul ${dtype}`] = {
    args: (rng, draw) => {
      const [m, k, n] = anyShape(rng, draw, 3, 3) as [number, number, number];
      const batch = anyShape(rng, Math.max(draw, 1), 0, 2);
      return { a: source([...batch, m, k], draw), b: source([...batch, k, n], draw + 1) };
    },
    run: ({ a, b }) => {
      const swapped = (x: tf.Tensor) => x.transpose([...x.shape.slice(2).map((_, i) => i), x.rank - 1, x.rank - 2]);
      return [
        tf.matMul(a!, b!),
        tf.matMul(swapped(a!), swapped(b!), true, true),
        tf.matMul(a!, swapped(b!), false, true),
      ];
    },
    relative: 1e-5,
    absolute: 1e-5,
  };
  drawn[`einsum ${dtype}`] = {
    args: (rng, draw) => {
      const [i, j, k, l] = anyShape(rng, draw, 4, 4) as [number, number, number, number];
      return { a: source([i, j, k], draw), b: source([k, l], draw + 1), c: source([i, j], draw) };
    },
    run: ({ a, b, c }) => [
      tf.einsum('ijk,kl->ijl', a!, b!),
      tf.einsum('ijk,ij->k', a!, c!),
      tf.einsum('kl->lk', b!),
      tf.einsum('ij->', c!),
    ],
    relative: 1e-5,
    absolute: 1e-5,
  };
  drawn[`fused matMul ${dtype}`] = {
    args: (rng, draw) => {
      const [m, k, n] = anyShape(rng, draw, 3, 3) as [number, number, number];
      return { a: source([m, k], draw), b: source([k, n], draw + 1), c: source([n], draw) };
    },
    run: ({ a, b, c }) => [
      tf.fused.matMul({ a: a!, b: b! }),
      tf.fused.matMul({ a: a!, b: b!, bias: c!, activation: 'relu' }),
    ],
    relative: 1e-5,
    absolute: 1e-5,
  };
  drawn[`diag ${dtype}`] = {
    args: (rng, draw) => ({ x: source(anyShape(rng, draw, 1, 2), draw) }),
    run: ({ x }) => tf.diag(x!),
  };
}
for (const activation of ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const) {
  drawn[`fused matMul ${activation}`] = {
    args: (rng, draw) => {
      const [m, k, n] = anyShape(rng, draw, 3, 3) as [number, number, number];
      const special = draw === 2 ? [Number.NaN, Infinity, -0] : false;
      return { a: { shape: [m, k], special }, b: { shape: [k, n] }, c: { shape: [n] }, w: { shape: [n] } };
    },
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
    absolute: 1e-5,
  };
}
drawn['batchNorm'] = {
  args: (rng, draw) => {
    const shape = anyShape(rng, draw, 4, 4);
    const vector = { shape: [shape[3]!], special: draw % 3 === 2 };
    return {
      x: { shape, special: draw % 2 === 0 },
      m: vector,
      v: { shape: [shape[3]!], low: 0.1 },
      o: vector,
      s: vector,
    };
  },
  run: ({ x, m, v, o, s }) => [
    tf.batchNorm(x!, m as tf.Tensor1D, v as tf.Tensor1D, o as tf.Tensor1D, s as tf.Tensor1D, 0.01),
    tf.batchNorm(x!, m as tf.Tensor1D, v as tf.Tensor1D),
  ],
  relative: 1e-5,
  absolute: 1e-5,
};
checkKernels('matrices', drawn);

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
checkKernels('products by hand', products);
