import * as tf from '@tensorflow/tfjs';
import { INFERENCE, parameters, Rng } from '@trimodal/core';
import { expect, it } from 'vitest';
import { MyEncoder } from './my-encoder.js';

// sizes that all differ, so that a swapped axis cannot pass
const [batch, time, inDim, hiddenDim, dModel] = [2, 3, 5, 6, 4];
const features = tf.randomNormal<tf.Rank.R3>([batch, time, inDim], 0, 1, 'float32', 10);
const whole = tf.ones<tf.Rank.R2>([batch, time]);
/** Of the first sample nothing is there, of the second the first step. */
const partly = tf.tensor2d([
  [0, 0, 0],
  [1, 0, 0],
]);
const isAllFinite = (x: tf.Tensor) => x.dataSync().every(Number.isFinite);
const build = () => new MyEncoder({ inDim, hiddenDim, dModel }, new Rng(1));
const encode = (module: MyEncoder, x: tf.Tensor3D, mask: tf.Tensor2D) => module.forward(x, mask, INFERENCE).tokens;

it('makes tokens of steps, and a mask that fits them', () => {
  const { tokens, mask } = build().forward(features, whole, INFERENCE);
  expect(tokens.shape).toEqual([batch, mask.shape[1], dModel]);
  expect(mask.shape).toEqual([batch, time]);
});

it('does not read steps that are missing', () => {
  const module = build();
  const noisy = features.add<tf.Tensor3D>(whole.sub(partly).mul(9).expandDims(-1));
  const difference = encode(module, noisy, partly).sub(encode(module, features, partly));
  expect(difference.abs().max().dataSync()[0]).toBe(0);
});

it.each([
  { mask: whole, what: 'every step' },
  { mask: partly, what: 'some steps' },
  { mask: tf.zerosLike(whole), what: 'none' },
])('stays finite, and learns, with $what there', ({ mask, what }) => {
  const module = build();
  const weights = parameters(module);
  const { value, grads } = tf.variableGrads(() => encode(module, features, mask).square().sum(), [...weights.values()]);
  expect(isAllFinite(value)).toBe(true);
  for (const [path, weight] of weights) {
    const gradient = grads[weight.name]!;
    expect(isAllFinite(gradient), path).toBe(true);
    if (what === 'every step') expect(gradient.abs().max().dataSync()[0], path).toBeGreaterThan(0);
  }
});
