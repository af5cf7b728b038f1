import { mapModalities, type PerModality, Rng } from '@trimodal/core';
import { expect, test } from 'vitest';
import { rawFrom, samples } from './__fixtures__/test-data';
import { createDataset } from './dataset';
import type { Missingness } from './missingness';
import { missingnessSampler } from './missingness-sampler';

const times = { text: 8, audio: 6, vision: 6 };
const NUM = 300;
const dataset = createDataset(rawFrom({ train: samples(NUM, times) }, times));
const sampler = (missingness: Missingness, seed = 4) =>
  missingnessSampler({ ...missingness, rng: new Rng(seed), dataset });
type Sampler = ReturnType<typeof sampler>;

function draw(from: Sampler, index: number, epoch = 0, view = 0): PerModality<Float32Array> {
  const masks = mapModalities(times, (time) => new Float32Array(time).fill(1));
  from.apply({ index, epoch, view }, masks);
  return masks;
}
const drawAll = (from: Sampler, epoch = 0, view = 0) =>
  Array.from({ length: NUM }, (_, i) => draw(from, i, epoch, view));
const share = (masks: PerModality<Float32Array>[]) => {
  const flat = masks.flatMap(({ text, audio, vision }) => [...text!, ...audio!, ...vision!]);
  return flat.filter((kept) => kept === 0).length / flat.length;
};

test('draws anew for each epoch, view and seed, and only for these', () => {
  const first = drawAll(sampler({ protocol: 'frame-train' }));
  expect(drawAll(sampler({ protocol: 'frame-train' }))).toEqual(first);
  expect(drawAll(sampler({ protocol: 'frame-train' }), 1)).not.toEqual(first);
  expect(drawAll(sampler({ protocol: 'frame-train' }), 0, 1)).not.toEqual(first);
  expect(drawAll(sampler({ protocol: 'frame-train' }, 5))).not.toEqual(first);
});

test.each<Missingness>([
  { protocol: 'frame-train' },
  { protocol: 'frame-uniform', rate: 0.5 },
  { protocol: 'modality-subsets' },
  { protocol: 'modality-rate', rate: 0.4 },
  { protocol: 'mixed' },
])('$protocol: neither order nor what was drawn before matters', (missingness) => {
  const wanted = draw(sampler(missingness), 17, 3, 1);
  const busy = sampler(missingness);
  drawAll(busy, 2, 1);
  drawAll(busy, 3, 0);
  draw(busy, 99, 3, 1);
  expect(draw(busy, 17, 3, 1)).toEqual(wanted);
});

test('shares of missing steps over epochs', () => {
  const overEpochs = (missingness: Missingness) => {
    const from = sampler(missingness);
    return share([0, 1, 2].flatMap((epoch) => drawAll(from, epoch)));
  };
  expect(overEpochs({ protocol: 'frame-train' })).toBeCloseTo(0.25, 1);
  expect(Math.abs(overEpochs({ protocol: 'frame-per-rate', rate: 0.7 }) - 0.7)).toBeLessThan(0.02);
  expect(overEpochs({ protocol: 'frame-uniform', rate: 0 })).toBe(0);
  expect(Math.abs(overEpochs({ protocol: 'mixed' }) - 0.5)).toBeLessThan(0.04);
  expect(Math.abs(overEpochs({ protocol: 'mixed', rate: 0.4 }) - 0.4)).toBeLessThan(0.03);
});

test('modality-rate is exact in each epoch', () => {
  const from = sampler({ protocol: 'modality-rate', rate: 0.4 });
  for (const epoch of [0, 1]) {
    const gone = drawAll(from, epoch).flatMap(({ text, audio, vision }) => [text!, audio!, vision!]);
    expect(gone.filter((mask) => !mask.includes(1))).toHaveLength(Math.round(0.4 * 3 * NUM));
  }
});

test('two modalities of equal shape do not share their mask', () => {
  const drawn = drawAll(sampler({ protocol: 'frame-uniform', rate: 0.5 }));
  const agree = drawn.map(({ audio, vision }) => audio!.filter((kept, step) => kept === vision![step]).length);
  expect(agree.reduce((a, b) => a + b) / (6 * NUM)).toBeCloseTo(0.5, 1);
});
