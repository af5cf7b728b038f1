import * as tf from '@tensorflow/tfjs';
import { INFERENCE, Rng } from '@trimodal/core';
import { checkComponent, checkGolden, expectClose, samples } from '@trimodal/testing';
import { expect, test } from 'vitest';
import { TransformerEncoder } from './transformer-encoder';

const options = { dModel: 4, numHeads: 2, numLayers: 2, hiddenDim: 6 };
const x = (seed = 1) => samples<tf.Tensor3D>([2, 3, 4], seed);

test('keeps the contract of components, with a sample that has no step', () => {
  checkComponent({
    build: (rng) => new TransformerEncoder(options, rng),
    run: (m, _, ctx) => ({
      y: m.forward(
        x(),
        tf.tensor2d([
          [1, 0, 1],
          [0, 0, 0],
        ]),
        ctx,
      ),
    }),
    shapes: { y: [2, 3, 4] },
    subsets: false,
  });
});

test('equals PyTorch with src_key_padding_mask, gradients too', () => {
  const encoder = new TransformerEncoder({ ...options, dropoutRate: 0 }, new Rng(1));
  checkGolden(import.meta.url, 'transformer-encoder', encoder, (m, { x, mask }) => ({
    y: m.forward(x as tf.Tensor3D, mask as tf.Tensor2D, INFERENCE),
  }));
});

test('masked steps have no influence on the others', () => {
  const encoder = new TransformerEncoder(options, new Rng(1));
  const mask = tf.tensor2d([
    [1, 0, 1],
    [1, 1, 0],
  ]);
  const there = mask.expandDims(-1);
  const noisy = x().add<tf.Tensor3D>(x(2).mul(tf.sub(1, there)).mul(100));
  const y = encoder.forward(x(), mask, INFERENCE).mul(there);
  expectClose(encoder.forward(noisy, mask, INFERENCE).mul(there), y);
});

test('the first tokens alone are those of the whole', () => {
  const encoder = new TransformerEncoder(options, new Rng(1));
  const mask = tf.tensor2d([
    [1, 0, 1],
    [1, 1, 0],
  ]);
  const firstTwo = encoder.forward(x(), mask, INFERENCE, 2);
  expect(firstTwo.shape).toEqual([2, 2, 4]);
  expectClose(firstTwo, tf.slice(encoder.forward(x(), mask, INFERENCE), [0, 0, 0], [-1, 2, -1]));
});

test('layers differ, and dropout is on by default in training only', () => {
  const encoder = new TransformerEncoder(options, new Rng(1));
  const [first, second] = encoder.layers.map((layer) => [...layer.mlp.inProj.weight.dataSync()]);
  expect(first).not.toEqual(second);
  const mask = tf.ones<tf.Rank.R2>([2, 3]);
  const trained = encoder.forward(x(), mask, { training: true, rng: new Rng(2) }).dataSync();
  expect(trained).not.toEqual(encoder.forward(x(), mask, INFERENCE).dataSync());
});

test('says what is wrong', () => {
  expect(() => new TransformerEncoder({ ...options, numLayers: 0 }, new Rng(1))).toThrow(
    'Cannot build TransformerEncoder as numLayers must be a positive integer: got 0.',
  );
  expect(() => new TransformerEncoder(options, new Rng(1)).forward(x(), tf.ones([3, 2]), INFERENCE)).toThrow(
    'Cannot apply TransformerEncoder as mask must have shape [2, 3]: got [3, 2].',
  );
});
