import * as tf from '@tensorflow/tfjs';
import { type Encoder, type ForwardContext, INFERENCE, Rng } from '@trimodal/core';
import { checkComponent, expectClose, samples } from '@trimodal/testing';
import { describe, expect, test } from 'vitest';
import {
  GruEncoder,
  IdentityEncoder,
  LinearEncoder,
  TemporalConvEncoder,
  TransformerSequenceEncoder,
  type TransformerSequenceEncoderOptions,
} from './index';

// What every encoder promises; values and gradients are compared with PyTorch's beside each one.

const transformer: TransformerSequenceEncoderOptions = { inDim: 5, dModel: 4, numHeads: 2, numLayers: 2 };
type Built = Encoder & { readonly dModel: number };
const encoders: [string, (rng: Rng) => Built, number][] = [
  ['transformer', (rng) => new TransformerSequenceEncoder(transformer, rng), 3],
  ['transformer, prefix', (rng) => new TransformerSequenceEncoder({ ...transformer, numPrefixTokens: 7 }, rng), 7],
  [
    'transformer, convolution, learned positions, prefix',
    (rng) =>
      new TransformerSequenceEncoder(
        { ...transformer, kernelSize: 3, positions: 'learned', maxTime: 6, numPrefixTokens: 1 },
        rng,
      ),
    1,
  ],
  [
    'temporal convolution',
    (rng) => new TemporalConvEncoder({ inDim: 5, dModel: 4, numLayers: 2, dropoutRate: 0.2 }, rng),
    3,
  ],
  [
    'GRU',
    (rng) => new GruEncoder({ inDim: 5, hiddenDim: 2, numLayers: 2, inputDropoutRate: 0.1, dropoutRate: 0.2 }, rng),
    3,
  ],
  ['GRU, one direction', (rng) => new GruEncoder({ inDim: 5, hiddenDim: 4, bidirectional: false }, rng), 3],
  ['linear', (rng) => new LinearEncoder({ inDim: 5, dModel: 4, inputDropoutRate: 0.2 }, rng), 3],
  ['identity', () => new IdentityEncoder({ dModel: 5 }), 3],
];

const features = (seed = 1) => samples<tf.Tensor3D>([3, 3, 5], seed);
/** All steps, a step dropped in the middle and padding at the start, an absent sample. */
const mask = () =>
  tf.tensor2d([
    [1, 1, 1],
    [0, 1, 0],
    [0, 0, 0],
  ]);
const training = (): ForwardContext => ({ training: true, rng: new Rng(4) });

describe.each(encoders)('%s', (_, build, time) => {
  test('keeps the contract of components, with an absent sample or all of them absent', () => {
    const { dModel } = build(new Rng(1));
    checkComponent({
      build,
      run: (encoder, available, ctx) => {
        const there = available.includes('audio') ? mask() : tf.zeros<tf.Rank.R2>([3, 3]);
        return encoder.forward(features().mul(there.expandDims(-1)), there, ctx);
      },
      shapes: { tokens: [3, time, dModel], mask: [3, time] },
    });
  });

  test.each([INFERENCE, training()])('tokens are exactly 0 where the mask is, and else not', (ctx) => {
    const { tokens, mask: out } = build(new Rng(1)).forward(features(), mask(), ctx);
    const sizes = tokens.abs().sum(-1).arraySync() as number[][];
    for (const [i, row] of (out.arraySync() as number[][]).entries()) {
      for (const [t, there] of row.entries()) {
        if (there) expect(sizes[i]![t]).toBeGreaterThan(0);
        else expect(sizes[i]![t]).toBe(0);
      }
    }
    expect((out.arraySync() as number[][])[2]).toEqual(Array(time).fill(0));
  });

  test('what a step that is not there holds has no influence, and gets no gradient', () => {
    const encoder = build(new Rng(1));
    const absent = tf.sub(1, mask()).expandDims(-1);
    const run = (x: tf.Tensor) => encoder.forward(x as tf.Tensor3D, mask(), INFERENCE).tokens;
    const noisy = features().add(features(2).mul(absent).mul(50));
    expectClose(run(noisy), run(features()), { relative: 0, absolute: 0 });
    const gradient = tf.grad((x) => run(x).square().sum())(noisy);
    expect(gradient.mul(absent).abs().max().dataSync()[0]).toBe(0);
    expect(gradient.isFinite().all().dataSync()[0]).toBe(1);
    expect(gradient.abs().sum().dataSync()[0]).toBeGreaterThan(0);
  });

  test('names the encoder when a shape is wrong', () => {
    const encoder = build(new Rng(1));
    expect(() => encoder.forward(tf.zeros([3, 3, 6]), mask(), INFERENCE)).toThrow(
      `Cannot apply ${encoder.constructor.name} as features must have shape [?, ?, 5]: got [3, 3, 6].`,
    );
    expect(() => encoder.forward(features(), tf.zeros([3, 4]), INFERENCE)).toThrow(
      `Cannot apply ${encoder.constructor.name} as mask must have shape [3, 3]: got [3, 4].`,
    );
  });
});

describe('dropout', () => {
  const run = (encoder: Encoder, x: tf.Tensor3D, ctx: ForwardContext) => encoder.forward(x, mask(), ctx).tokens;
  const zeros = () => tf.zeros<tf.Rank.R3>([3, 3, 5]);
  const onFeatures: [string, Encoder][] = [
    ['linear', new LinearEncoder({ inDim: 5, dModel: 4, inputDropoutRate: 1 }, new Rng(1))],
    ['temporal convolution', new TemporalConvEncoder({ inDim: 5, dModel: 4, dropoutRate: 1 }, new Rng(1))],
    ['GRU', new GruEncoder({ inDim: 5, hiddenDim: 2, inputDropoutRate: 1 }, new Rng(1))],
  ];

  test.each(onFeatures)('%s: of all features leaves what 0 gives, in training only', (_, encoder) => {
    expectClose(run(encoder, features(), training()), run(encoder, zeros(), INFERENCE));
    expect(() => expectClose(run(encoder, features(), INFERENCE), run(encoder, zeros(), INFERENCE))).toThrow();
  });

  test('GRU: of all outputs leaves 0, in training only', () => {
    const encoder = new GruEncoder({ inDim: 5, hiddenDim: 2, dropoutRate: 1 }, new Rng(1));
    expectClose(run(encoder, features(), training()), tf.zeros([3, 3, 4]));
    expect(run(encoder, features(), INFERENCE).abs().max().dataSync()[0]).toBeGreaterThan(0);
  });
});

test('layers of one encoder start apart', () => {
  const rng = new Rng(1);
  const gru = new GruEncoder({ inDim: 4, hiddenDim: 2, numLayers: 2 }, rng);
  const conv = new TemporalConvEncoder({ inDim: 4, dModel: 4, numLayers: 2 }, rng);
  expect(gru.layers[1]?.cells[0]?.inputWeight.dataSync()).not.toEqual(gru.layers[0]?.cells[0]?.inputWeight.dataSync());
  expect(conv.layers[1]?.weight.dataSync()).not.toEqual(conv.layers[0]?.weight.dataSync());
});
