import { INFERENCE, Rng } from '@trimodal/core';
import { checkComponent, checkGolden, expectClose, samples } from '@trimodal/testing';
import { describe, expect, test } from 'vitest';
import { type Activation, Mlp } from './mlp';

describe.each(['relu', 'gelu', 'tanh'] satisfies Activation[])('with %s', (activation) => {
  const sizes = { inDim: 4, hiddenDim: 6, outDim: 5, activation };

  test('keeps the contract of components', () => {
    checkComponent({
      build: (rng) => new Mlp({ ...sizes, dropoutRate: 0.2 }, rng),
      run: (mlp, _, ctx) => ({ y: mlp.forward(samples([2, 3, 4]), ctx) }),
      shapes: { y: [2, 3, 5] },
      subsets: false,
    });
  });

  test('equals PyTorch, gradients too', () => {
    const mlp = new Mlp(sizes, new Rng(1));
    checkGolden(import.meta.url, `mlp-${activation}`, mlp, (m, { x }) => ({ y: m.forward(x!, INFERENCE) }));
  });
});

test('drops hidden units in training only', () => {
  const mlp = new Mlp({ inDim: 4, hiddenDim: 6, outDim: 5, dropoutRate: 0.5 }, new Rng(1));
  const x = samples([2, 3, 4]);
  const scaled = mlp.inProj
    .forward(x)
    .relu()
    .mul(new Rng(2).keepMask([2, 3, 6], 0.5))
    .mul(2);
  expectClose(mlp.forward(x, { training: true, rng: new Rng(2) }), mlp.outProj.forward(scaled));
  expectClose(mlp.forward(x, INFERENCE), mlp.outProj.forward(mlp.inProj.forward(x).relu()));
});

test('says what is wrong', () => {
  const sizes = { inDim: 4, hiddenDim: 6, outDim: 5 };
  expect(() => new Mlp({ ...sizes, activation: 'swish' as Activation }, new Rng(1))).toThrow(
    new RangeError("Cannot build Mlp as activation must be 'relu', 'gelu' or 'tanh': got 'swish'."),
  );
  expect(() => new Mlp({ ...sizes, dropoutRate: 2 }, new Rng(1))).toThrow(/rate must lie in \[0, 1\]: got 2/);
});
