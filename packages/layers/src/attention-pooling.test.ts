import * as tf from '@tensorflow/tfjs';
import { Rng } from '@trimodal/core';
import { checkComponent, checkGolden, samples } from '@trimodal/testing';
import { expect, test } from 'vitest';
import { AttentionPooling } from './attention-pooling';

const tokens = () => samples<tf.Tensor3D>([2, 3, 4]);
const mask = () =>
  tf.tensor2d([
    [1, 0, 1],
    [0, 0, 0],
  ]);

test.each([undefined, 6])(
  'keeps the contract of components, with a sample that has no token: hiddenDim %s',
  (hiddenDim) => {
    checkComponent({
      build: (rng) => new AttentionPooling({ dim: 4, ...(hiddenDim ? { hiddenDim } : {}) }, rng),
      run: (m) => m.forward(tokens(), mask()),
      shapes: { pooled: [2, 4], weights: [2, 3] },
      subsets: false,
    });
  },
);

test('equals the same formula in PyTorch, gradients too', () => {
  const pooling = new AttentionPooling({ dim: 4, hiddenDim: 6 }, new Rng(1));
  checkGolden(import.meta.url, 'attention-pooling', pooling, (m, { tokens, mask }) =>
    m.forward(tokens as tf.Tensor3D, mask as tf.Tensor2D),
  );
});

test.each([undefined, 6])('weights sum to 1 over the tokens there, 0 without any: hiddenDim %s', (hiddenDim) => {
  const pooling = new AttentionPooling({ dim: 4, ...(hiddenDim ? { hiddenDim } : {}) }, new Rng(1));
  const { pooled, weights } = pooling.forward(tokens(), mask());
  const [first, second] = weights.arraySync() as [number[], number[]];
  expect(first[1]).toBe(0);
  expect(first[0]! + first[2]!).toBeCloseTo(1, 6);
  expect(second).toEqual([0, 0, 0]);
  expect(tf.unstack(pooled)[1]!.abs().max().dataSync()[0]).toBe(0);
});

test('says what is wrong', () => {
  expect(() => new AttentionPooling({ dim: 0 }, new Rng(1))).toThrow(
    new RangeError('Cannot build AttentionPooling as dim must be a positive integer: got 0.'),
  );
  expect(() => new AttentionPooling({ dim: 4 }, new Rng(1)).forward(tokens(), tf.ones([2, 4]))).toThrow(
    'Cannot pool tokens as mask must have shape [2, 3]: got [2, 4].',
  );
});
