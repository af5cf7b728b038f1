import * as tf from '@tensorflow/tfjs';
import {
  forModalities,
  INFERENCE,
  MODALITIES,
  type Modality,
  type PerModality,
  parameters,
  Rng,
  type Tokens,
  valueFor,
  valuesOf,
} from '@trimodal/core';
import { expect, it } from 'vitest';
import { MyDisentangler } from './my-disentangler.js';

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
/** Tokens of which `available` are there: the others have a mask of zeros, and `missing` times noise for tokens. */
const tokensOf = (available: readonly Modality[], missing = 0): PerModality<Tokens> => {
  const mask = masks(available);
  return forModalities(MODALITIES, (modality) => ({
    tokens: tokens(modality, 10).mul<tf.Tensor3D>(available.includes(modality) ? 1 : missing),
    mask: valueFor(mask, modality),
  }));
};
const isAllFinite = (x: tf.Tensor) => x.dataSync().every(Number.isFinite);

const build = () => new MyDisentangler({ dModel }, new Rng(1));
const split = (module: MyDisentangler, available: readonly Modality[], missing?: number) =>
  module.forward(tokensOf(available, missing), presentOf(available), INFERENCE);
const all = (parts: ReturnType<typeof split>) => [...valuesOf(parts.shared), ...valuesOf(parts.private)];

it('gives each modality a shared and a private part as long as its tokens, and their mask', () => {
  const { shared, private: own, mask } = split(build(), MODALITIES);
  for (const modality of MODALITIES) {
    expect(shared[modality]?.shape).toEqual([batch, TIMES[modality], dModel]);
    expect(own[modality]?.shape).toEqual([batch, TIMES[modality], dModel]);
    expect(mask[modality]?.shape).toEqual([batch, TIMES[modality]]);
  }
});

it('does not read what is missing', () => {
  const module = build();
  const noisy = all(split(module, ['text'], 9));
  all(split(module, ['text'], 0)).forEach((part, i) => {
    expect(part.sub(noisy[i]!).abs().max().dataSync()[0]).toBe(0);
  });
});

it.each(SUBSETS.map((available) => ({ available })))('stays finite, and learns, with $available', ({ available }) => {
  const module = build();
  const weights = parameters(module);
  const { value, grads } = tf.variableGrads(
    () => tf.addN(all(split(module, available)).map((part) => part.square().sum())) as tf.Scalar,
    [...weights.values()],
  );
  expect(isAllFinite(value)).toBe(true);
  for (const [path, weight] of weights) {
    const gradient = grads[weight.name]!;
    expect(isAllFinite(gradient), path).toBe(true);
    if (available.length === MODALITIES.length) expect(gradient.abs().max().dataSync()[0], path).toBeGreaterThan(0);
  }
});
