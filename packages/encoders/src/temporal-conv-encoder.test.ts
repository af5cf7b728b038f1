import type * as tf from '@tensorflow/tfjs';
import { INFERENCE, Rng } from '@trimodal/core';
import { checkGolden } from '@trimodal/testing';
import { expect, test } from 'vitest';
import { TemporalConvEncoder } from './temporal-conv-encoder';

test('two layers equal PyTorch, gradients too', () => {
  const encoder = new TemporalConvEncoder({ inDim: 5, dModel: 4, numLayers: 2 }, new Rng(1));
  checkGolden(import.meta.url, 'temporal-conv', encoder, (m, { features, mask }) =>
    m.forward(features as tf.Tensor3D, mask as tf.Tensor2D, INFERENCE),
  );
});

test('says what is wrong', () => {
  expect(() => new TemporalConvEncoder({ inDim: 5, dModel: 4, numLayers: 1.5 }, new Rng(1))).toThrow(
    'Cannot build TemporalConvEncoder as numLayers must be a positive integer: got 1.5.',
  );
});
