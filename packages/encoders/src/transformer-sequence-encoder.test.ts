import * as tf from '@tensorflow/tfjs';
import { INFERENCE, Rng } from '@trimodal/core';
import { checkGolden, expectClose, samples } from '@trimodal/testing';
import { expect, test } from 'vitest';
import { type Positions, TransformerSequenceEncoder } from './transformer-sequence-encoder';

const options = { inDim: 5, dModel: 4, numHeads: 2, numLayers: 2, hiddenDim: 6, dropoutRate: 0 };
const run = (encoder: TransformerSequenceEncoder, { features, mask }: Record<string, tf.Tensor>) =>
  encoder.forward(features as tf.Tensor3D, mask as tf.Tensor2D, INFERENCE);

test('prefix tokens equal PyTorch, gradients too', () => {
  const encoder = new TransformerSequenceEncoder({ ...options, positions: 'none', numPrefixTokens: 6 }, new Rng(1));
  checkGolden(import.meta.url, 'transformer-prefix', encoder, run);
});

test('convolution, learned positions and all steps equal PyTorch, gradients too', () => {
  const encoder = new TransformerSequenceEncoder(
    { ...options, positions: 'learned', maxTime: 3, kernelSize: 3 },
    new Rng(1),
  );
  checkGolden(import.meta.url, 'transformer-steps', encoder, run);
});

test.each<[Positions, boolean]>([
  ['sinusoidal', true],
  ['learned', true],
  ['none', false],
])('with %s positions the order of steps matters: %s', (positions, matters) => {
  const encoder = new TransformerSequenceEncoder({ ...options, positions, maxTime: 3, numPrefixTokens: 1 }, new Rng(1));
  const features = samples<tf.Tensor3D>([2, 3, 5]);
  const inputs = (x: tf.Tensor3D) => run(encoder, { features: x, mask: tf.ones([2, 3]) }).tokens;
  const compare = () => expectClose(inputs(features.reverse(1)), inputs(features));
  if (matters) expect(compare).toThrow();
  else compare();
});

test('the seed of one part does not depend on the others', () => {
  const plain = new TransformerSequenceEncoder(options, new Rng(1));
  const other = new TransformerSequenceEncoder({ ...options, kernelSize: 3, numPrefixTokens: 2 }, new Rng(1));
  const weight = (encoder: TransformerSequenceEncoder) => encoder.transformer.layers[1]!.mlp.inProj.weight.dataSync();
  expect(weight(other)).toEqual(weight(plain));
});

test('says what is wrong', () => {
  const build = (more: object) => () => new TransformerSequenceEncoder({ ...options, ...more }, new Rng(1));
  expect(build({ positions: 'learned' })).toThrow(/learned positions must have a maxTime: got undefined; give/);
  expect(build({ positions: 'rotary' })).toThrow(/must be 'sinusoidal', 'learned' or 'none': got 'rotary'/);
  expect(build({ numPrefixTokens: -1 })).toThrow(
    'Cannot build TransformerSequenceEncoder as numPrefixTokens must be a positive integer: got -1.',
  );
  expect(build({ numHeads: 3 })).toThrow(/dModel must be divisible by numHeads: got dModel=4, numHeads=3/);
});
