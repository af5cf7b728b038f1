import * as tf from '@tensorflow/tfjs';
import { INFERENCE, Rng } from '@trimodal/core';
import { checkComponent, samples } from '@trimodal/testing';
import { expect, test } from 'vitest';
import { attentionMask } from './attention-mask';
import { TransformerLayer } from './transformer-layer';

// Values and gradients are compared with PyTorch's in transformer-encoder.test.ts.
const x = () => samples<tf.Tensor3D>([2, 3, 4]);
const mask = () =>
  tf.tensor2d([
    [1, 0, 1],
    [0, 1, 1],
  ]);

test('keeps the contract of components', () => {
  checkComponent({
    build: (rng) => new TransformerLayer({ dModel: 4, numHeads: 2 }, rng),
    run: (m, _, ctx) => ({ y: m.forward(x(), mask(), ctx) }),
    shapes: { y: [2, 3, 4] },
    subsets: false,
  });
});

test('takes a prepared mask, and is 4 dModel wide by default', () => {
  const layer = new TransformerLayer({ dModel: 4, numHeads: 2 }, new Rng(1));
  expect(layer.mlp.inProj.outDim).toBe(16);
  const y = layer.forward(x(), mask(), INFERENCE).dataSync();
  expect(layer.forward(x(), attentionMask(mask()), INFERENCE).dataSync()).toEqual(y);
});

test('draws its four keep-masks in a fixed order', () => {
  const shapes: string[] = [];
  const rng = new Rng(1);
  const recording = {
    keepMask: (shape: readonly number[], rate: number) => {
      shapes.push(`${shape}@${rate}`);
      return rng.keepMask(shape, rate);
    },
  };
  const layer = new TransformerLayer({ dModel: 4, numHeads: 2, hiddenDim: 6, dropoutRate: 0.3 }, new Rng(1));
  layer.forward(x(), mask(), { training: true, rng: recording });
  // attention weights, attention output, hidden units, output
  expect(shapes).toEqual(['2,2,3,3@0.3', '2,3,4@0.3', '2,3,6@0.3', '2,3,4@0.3']);
});
