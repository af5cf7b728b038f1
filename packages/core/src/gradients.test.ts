import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { reverseGradient, stopGradient } from './gradients';

const x = tf.tensor1d([1, -2, 3]);

test('stopGradient keeps the value and stops the gradient', () => {
  expect(Array.from(stopGradient(x).dataSync())).toEqual([1, -2, 3]);
  const gradient = tf.grad((v) => v.mul(stopGradient(v)).sum())(x);
  expect(Array.from(gradient.dataSync())).toEqual([1, -2, 3]); // of v * c, not of v * v
});

test('reverseGradient keeps the value and turns the gradient round', () => {
  expect(Array.from(reverseGradient(x).dataSync())).toEqual([1, -2, 3]);
  const gradient = tf.grad((v) => reverseGradient(v, 0.5).square().sum())(x);
  expect(Array.from(gradient.dataSync())).toEqual([-1, 2, -3]);
});

test('neither keeps a tensor', () => {
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    tf.grad((v) => reverseGradient(stopGradient(v).add(v)).sum())(x).dataSync();
  });
  expect(tf.memory().numTensors).toBe(before);
});
