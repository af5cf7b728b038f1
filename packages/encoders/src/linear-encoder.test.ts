import type * as tf from '@tensorflow/tfjs';
import { INFERENCE, Rng } from '@trimodal/core';
import { test } from 'vitest';
import { checkGolden } from './__fixtures__/golden';
import { LinearEncoder } from './linear-encoder';

test('equals PyTorch, gradients too', () => {
  const encoder = new LinearEncoder({ inDim: 5, dModel: 4 }, new Rng(1));
  checkGolden('linear', encoder, (m, { features, mask }) =>
    m.forward(features as tf.Tensor3D, mask as tf.Tensor2D, INFERENCE),
  );
});
