import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { expectClose } from './expect-close';

test('within the tolerance it is silent, for tensors and arrays', () => {
  expectClose(tf.tensor1d([1, 2]), [1, 2]);
  expectClose([1, 2.00001], Float32Array.of(1, 2), { relative: 1e-5 });
  expectClose([0], [1e-8]);
  expectClose([], []);
});

test('the scale is that of the whole array', () => {
  expectClose([1000, 0.005], [1000, 0], { relative: 1e-5, absolute: 0 });
  expect(() => expectClose([1000, 0.02], [1000, 0], { relative: 1e-5, absolute: 0 })).toThrow(
    /element 1: expected 0, got 0.02/,
  );
});

test.each([
  ['another length', [1], [1, 2], /expected 2 elements, got 1/],
  ['NaN', [Number.NaN], [1], /element 0/],
  ['NaN on both sides', [Number.NaN], [Number.NaN], /element 0/],
  ['infinity', [Number.POSITIVE_INFINITY], [1], /element 0/],
  ['a sign', [-1], [1], /element 0: expected 1, got -1/],
])('%s is no match', (_, got, wanted, message) => {
  expect(() => expectClose(got, wanted)).toThrow(message);
});
