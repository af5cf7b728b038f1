import * as tf from '@tensorflow/tfjs';
import { INFERENCE, parameters } from '@trimodal/core';
import { expect, test } from 'vitest';
import { IdentityEncoder } from './identity-encoder';

test('gives features back, and has no weights', () => {
  const encoder = new IdentityEncoder({ dModel: 2 });
  const features = tf.tensor3d([1, 2, 3, 4, 5, 6], [1, 3, 2]);
  const { tokens, mask } = encoder.forward(features, tf.tensor2d([[1, 0, 1]]), INFERENCE);
  expect([...tokens.dataSync()]).toEqual([1, 2, 0, 0, 5, 6]);
  expect([...mask.dataSync()]).toEqual([1, 0, 1]);
  expect(parameters(encoder).size).toBe(0);
});

test('says what is wrong', () => {
  expect(() => new IdentityEncoder({ dModel: 0 })).toThrow(
    'Cannot build IdentityEncoder as dModel must be a positive integer: got 0.',
  );
});
