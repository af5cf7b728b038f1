import * as tf from '@tensorflow/tfjs';
import { INFERENCE, Rng } from '@trimodal/core';
import { checkComponent, checkGolden, samples } from '@trimodal/testing';
import { expect, test } from 'vitest';
import { CrossAttentionLayer } from './cross-attention-layer';

const options = { dModel: 4, numHeads: 2, hiddenDim: 6 };
const x = () => samples<tf.Tensor3D>([2, 5, 4], 1);
const source = (seed = 2) => samples<tf.Tensor3D>([2, 3, 4], seed);
const mask = () =>
  tf.tensor2d([
    [1, 0, 1],
    [0, 0, 0],
  ]);

test('keeps the contract of components, with an absent source', () => {
  checkComponent({
    build: (rng) => new CrossAttentionLayer(options, rng),
    run: (m, _, ctx) => ({ y: m.forward(x(), source(), mask(), ctx) }),
    shapes: { y: [2, 5, 4] },
    subsets: false,
  });
});

test('equals the same block in PyTorch, gradients too', () => {
  const layer = new CrossAttentionLayer({ ...options, dropoutRate: 0 }, new Rng(1));
  checkGolden(import.meta.url, 'cross-attention-layer', layer, (m, { x, source, mask }) => ({
    y: m.forward(x as tf.Tensor3D, source as tf.Tensor3D, mask as tf.Tensor2D, INFERENCE),
  }));
});

test('nothing flows in from an absent source', () => {
  const layer = new CrossAttentionLayer(options, new Rng(1));
  const run = (seed: number) =>
    tf.unstack(layer.forward(x(), source(seed), mask(), INFERENCE)).map((y) => y.dataSync());
  const [present, absent] = run(2);
  const [presentToo, absentToo] = run(3);
  expect(absentToo).toEqual(absent);
  expect(presentToo).not.toEqual(present);
  const alone = x().add<tf.Tensor3D>(layer.mlp.forward(layer.mlpNorm.forward(x()), INFERENCE));
  expect(tf.unstack(alone)[1]!.dataSync()).toEqual(absent);
});
