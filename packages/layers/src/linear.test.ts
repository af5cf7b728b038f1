import * as tf from '@tensorflow/tfjs';
import { Rng } from '@trimodal/core';
import { checkComponent, checkGolden, samples } from '@trimodal/testing';
import { expect, test } from 'vitest';
import { Linear } from './linear';

test('keeps the contract of components', () => {
  checkComponent({
    build: (rng) => new Linear({ inDim: 4, outDim: 5 }, rng),
    run: (linear) => ({ y: linear.forward(samples([2, 3, 4])) }),
    shapes: { y: [2, 3, 5] },
    subsets: false,
  });
});

test('equals PyTorch, gradients too', () => {
  const linear = new Linear({ inDim: 4, outDim: 5 }, new Rng(1));
  checkGolden(import.meta.url, 'linear', linear, (m, { x }) => ({ y: m.forward(x!) }));
});

test('takes any rank and gives the same rows', () => {
  const linear = new Linear({ inDim: 4, outDim: 5 }, new Rng(1));
  const x = samples<tf.Tensor2D>([6, 4]);
  const rows = linear.forward(x);
  expect(rows.shape).toEqual([6, 5]);
  expect(linear.forward(x.reshape([1, 3, 2, 4])).dataSync()).toEqual(rows.dataSync());
});

test('draws every weight from PyTorch’s range, each its own', () => {
  const { weight, bias } = new Linear({ inDim: 25, outDim: 40 }, new Rng(1));
  const values = [...weight.dataSync(), ...bias!.dataSync()];
  expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(0.2);
  expect(values.reduce((sum, value) => sum + value * value, 0) / values.length).toBeCloseTo(0.2 ** 2 / 3, 2);
  expect(new Set(values).size).toBeGreaterThan(1000);
});

test('without bias maps 0 to 0', () => {
  const linear = new Linear({ inDim: 4, outDim: 5, useBias: false }, new Rng(1));
  expect(linear.bias).toBeNull();
  expect(
    linear
      .forward(tf.zeros([2, 4]))
      .abs()
      .sum()
      .dataSync()[0],
  ).toBe(0);
});

test('says what is wrong', () => {
  expect(() => new Linear({ inDim: 0, outDim: 5 }, new Rng(1))).toThrow(
    new RangeError('Cannot build Linear as inDim must be a positive integer: got 0.'),
  );
  expect(() => new Linear({ inDim: 4, outDim: 1.5 }, new Rng(1))).toThrow(/outDim must be a positive integer: got 1.5/);
  expect(() => new Linear({ inDim: 4, outDim: 5 }, new Rng(1)).forward(tf.zeros([2, 3]))).toThrow(
    new RangeError('Cannot apply Linear as the last axis of x must be inDim=4: got [2, 3].'),
  );
});
