import * as tf from '@tensorflow/tfjs';
import { forModalities, INFERENCE, MODALITIES, type Modality, type Parts, parameters, Rng } from '@trimodal/core';
import { expect, it } from 'vitest';
import { MyFusion } from './my-fusion.js';

// sizes that all differ, so that a swapped axis cannot pass
const [batch, dModel] = [2, 4];
const TIMES = { text: 3, audio: 5, vision: 6 };
/** The seven ways in which something is there. */
const SUBSETS = [1, 2, 3, 4, 5, 6, 7].map((bits) => MODALITIES.filter((_, i) => bits & (1 << i)));

const tokens = (modality: Modality, seed: number) =>
  tf.randomNormal<tf.Rank.R3>([batch, TIMES[modality], dModel], 0, 1, 'float32', seed + TIMES[modality]);
const masks = (available: readonly Modality[]) =>
  forModalities(MODALITIES, (modality) =>
    tf.fill<tf.Rank.R2>([batch, TIMES[modality]], available.includes(modality) ? 1 : 0),
  );
const presentOf = (available: readonly Modality[]) =>
  tf.tensor2d(
    Array.from({ length: batch }, () => MODALITIES.map((modality) => (available.includes(modality) ? 1 : 0))),
  );
/** Parts of which `available` are there: the others have a mask of zeros, and `missing` times noise for tokens. */
const partsOf = (available: readonly Modality[], missing = 0): Parts => {
  const slot = (seed: number) =>
    forModalities(MODALITIES, (modality) =>
      tokens(modality, seed).mul<tf.Tensor3D>(available.includes(modality) ? 1 : missing),
    );
  return { shared: slot(10), private: slot(20), mask: masks(available) };
};
const isAllFinite = (x: tf.Tensor) => x.dataSync().every(Number.isFinite);

const build = () => new MyFusion({ dModel }, new Rng(1));
const fuse = (module: MyFusion, available: readonly Modality[], missing?: number) =>
  module.forward(partsOf(available, missing), presentOf(available), INFERENCE).fused;

it('makes one vector of each sample', () => {
  const module = build();
  expect(fuse(module, MODALITIES).shape).toEqual([batch, module.outDim]);
});

it('does not read what is missing', () => {
  const module = build();
  const difference = fuse(module, ['text'], 9).sub(fuse(module, ['text'], 0));
  expect(difference.abs().max().dataSync()[0]).toBe(0);
});

it.each(SUBSETS.map((available) => ({ available })))('stays finite, and learns, with $available', ({ available }) => {
  const module = build();
  const weights = parameters(module);
  const { value, grads } = tf.variableGrads(() => fuse(module, available).square().sum(), [...weights.values()]);
  expect(isAllFinite(value)).toBe(true);
  for (const [path, weight] of weights) {
    const gradient = grads[weight.name]!;
    expect(isAllFinite(gradient), path).toBe(true);
    if (available.length === MODALITIES.length) expect(gradient.abs().max().dataSync()[0], path).toBeGreaterThan(0);
  }
});
