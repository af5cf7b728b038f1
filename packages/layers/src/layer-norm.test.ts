import * as tf from '@tensorflow/tfjs';
import { checkComponent, checkGolden, samples } from '@trimodal/testing';
import { expect, test } from 'vitest';
import { LayerNorm } from './layer-norm';

test('keeps the contract of components', () => {
  checkComponent({
    build: () => new LayerNorm({ dim: 4 }),
    run: (norm) => ({ y: norm.forward(samples([2, 3, 4])) }),
    shapes: { y: [2, 3, 4] },
    subsets: false,
  });
});

test('equals PyTorch, gradients and epsilon too', () => {
  const norm = new LayerNorm({ dim: 4, epsilon: 1e-3 });
  checkGolden(import.meta.url, 'layer-norm', norm, (m, { x }) => ({ y: m.forward(x!) }));
});

test('a constant row becomes the bias', () => {
  const norm = new LayerNorm({ dim: 4 });
  expect(
    norm
      .forward(tf.fill([2, 4], 7))
      .abs()
      .max()
      .dataSync()[0],
  ).toBe(0);
});

test('says what is wrong', () => {
  expect(() => new LayerNorm({ dim: -1 })).toThrow('Cannot build LayerNorm as dim must be a positive integer: got -1.');
  expect(() => new LayerNorm({ dim: 4, epsilon: 0 })).toThrow(
    'Cannot build LayerNorm as epsilon must be above 0: got 0.',
  );
  expect(() => new LayerNorm({ dim: 4 }).forward(tf.zeros([2, 1]))).toThrow(
    'Cannot apply LayerNorm as the last axis of x must be dim=4: got [2, 1].',
  );
});
