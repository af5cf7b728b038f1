import type * as tf from '@tensorflow/tfjs';
import { INFERENCE, Rng } from '@trimodal/core';
import { checkGolden } from '@trimodal/testing';
import { expect, test } from 'vitest';
import { GruEncoder } from './gru-encoder';

test('two bidirectional layers equal PyTorch on packed sequences, gradients too', () => {
  const encoder = new GruEncoder({ inDim: 5, hiddenDim: 2, numLayers: 2 }, new Rng(1));
  checkGolden(import.meta.url, 'gru', encoder, (m, { features, mask }) =>
    m.forward(features as tf.Tensor3D, mask as tf.Tensor2D, INFERENCE),
  );
});

test('tokens are twice as wide as a direction', () => {
  expect(new GruEncoder({ inDim: 5, hiddenDim: 3 }, new Rng(1)).dModel).toBe(6);
  expect(new GruEncoder({ inDim: 5, hiddenDim: 3, bidirectional: false }, new Rng(1)).dModel).toBe(3);
});

test('says what is wrong', () => {
  expect(() => new GruEncoder({ inDim: 5, hiddenDim: 3, numLayers: 0 }, new Rng(1))).toThrow(
    'Cannot build GruEncoder as numLayers must be a positive integer: got 0.',
  );
});
