import { INFERENCE, Rng } from '@trimodal/core';
import { checkComponent, checkGolden, samples } from '@trimodal/testing';
import { expect, test } from 'vitest';
import { Expert } from './expert';

test('keeps the contract of components', () => {
  checkComponent({
    build: (rng) => new Expert({ dModel: 4 }, rng),
    run: (expert, _, ctx) => ({ y: expert.forward(samples([2, 3, 4]), ctx) }),
    shapes: { y: [2, 3, 4] },
    subsets: false,
  });
});

test('equals PyTorch, gradients too', () => {
  const expert = new Expert({ dModel: 4, hiddenDim: 6 }, new Rng(1));
  checkGolden(import.meta.url, 'expert', expert, (module, { x }) => ({ y: module.forward(x!, INFERENCE) }));
});

test('says what is wrong', () => {
  expect(() => new Expert({ dModel: 4, dropoutRate: 2 }, new Rng(1))).toThrow(/rate must lie in \[0, 1\]: got 2/);
  expect(() => new Expert({ dModel: 4, hiddenDim: 0 }, new Rng(1))).toThrow(/positive integer: got 0/);
});
