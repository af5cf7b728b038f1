import type * as tf from '@tensorflow/tfjs';
import { INFERENCE, Rng } from '@trimodal/core';
import { checkGolden } from '@trimodal/testing';
import { test } from 'vitest';
import { LinearEncoder } from './linear-encoder';

test('equals PyTorch, gradients too', () => {
  const encoder = new LinearEncoder({ inDim: 5, dModel: 4 }, new Rng(1));
  checkGolden(import.meta.url, 'linear', encoder, (m, { features, mask }) =>
    m.forward(features as tf.Tensor3D, mask as tf.Tensor2D, INFERENCE),
  );
});
