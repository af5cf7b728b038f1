import * as tf from '@tensorflow/tfjs';
import {
  forModalities,
  INFERENCE,
  MODALITIES,
  type Modality,
  type Parts,
  parameters,
  Rng,
  valuesOf,
} from '@trimodal/core';
import { expect, it } from 'vitest';
import { MyPrivateBranch } from './my-private-branch.js';

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
/** Parts of which `available` are there: the others are zeros with a mask of zeros. */
const partsOf = (available: readonly Modality[]): Parts => {
  const slot = (seed: number) =>
    forModalities(MODALITIES, (modality) =>
      tokens(modality, seed).mul<tf.Tensor3D>(available.includes(modality) ? 1 : 0),
    );
  return { shared: slot(10), private: slot(20), mask: masks(available) };
};
const isAllFinite = (x: tf.Tensor) => x.dataSync().every(Number.isFinite);

const build = () => new MyPrivateBranch({ dModel }, new Rng(1));
const rewrite = (module: MyPrivateBranch, available: readonly Modality[]) =>
  module.forward(partsOf(available), INFERENCE).private;

it('keeps every shape', () => {
  const own = rewrite(build(), MODALITIES);
  for (const modality of MODALITIES) expect(own[modality]?.shape).toEqual([batch, TIMES[modality], dModel]);
});

it('leaves what is missing at zero', () => {
  const { audio, vision } = rewrite(build(), ['text']);
  for (const part of [audio!, vision!]) expect(part.abs().max().dataSync()[0]).toBe(0);
});

it.each(SUBSETS.map((available) => ({ available })))('stays finite, and learns, with $available', ({ available }) => {
  const module = build();
  const weights = parameters(module);
  const { value, grads } = tf.variableGrads(
    () => tf.addN(valuesOf(rewrite(module, available)).map((part) => part.square().sum())) as tf.Scalar,
    [...weights.values()],
  );
  expect(isAllFinite(value)).toBe(true);
  for (const [path, weight] of weights) {
    const gradient = grads[weight.name]!;
    expect(isAllFinite(gradient), path).toBe(true);
    if (available.length === MODALITIES.length) expect(gradient.abs().max().dataSync()[0], path).toBeGreaterThan(0);
  }
});
