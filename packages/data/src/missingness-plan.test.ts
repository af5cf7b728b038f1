import { entriesOf, valueFor } from '@trimodal/core';
import { expect, test } from 'vitest';
import { rawFrom, type SampleSpec, samples } from './__fixtures__/test-data';
import { batches } from './batcher';
import { createDataset } from './dataset';
import { MISSINGNESS_PROTOCOLS, type Missingness } from './missingness';
import {
  decodeMissingnessPlan,
  encodeMissingnessPlan,
  type MissingnessPlan,
  missingnessPlan,
} from './missingness-plan';

const times = { text: 9, audio: 6, vision: 6 };
const specs: SampleSpec[] = [
  ...samples(150, { text: 9, audio: 6, vision: 6 }),
  ...samples(60, { text: 5, audio: 3, vision: 0 }, 'blind'),
];
const datasetOf = (test: SampleSpec[], options = {}) => createDataset(rawFrom({ train: test, test }, times), options);
const dataset = datasetOf(specs);
const plan = (missingness: Missingness, seed = 1, of = dataset) =>
  missingnessPlan({ ...missingness, seed, dataset: of, split: 'test' });
const row = ({ masks }: MissingnessPlan, modality: 'text' | 'audio' | 'vision', index: number) => {
  const { data, shape } = valueFor(masks, modality);
  return [...data.subarray(index * shape[1], (index + 1) * shape[1])];
};

const examples = MISSINGNESS_PROTOCOLS.map((protocol): Missingness => {
  if (protocol === 'modality-subsets') return { protocol, subset: ['audio', 'vision'] };
  return protocol === 'frame-train' ? { protocol } : { protocol, rate: 0.4 };
});

test.each(examples)('$protocol: rate, seed, at least one step, padding', (missingness) => {
  const made = plan(missingness);
  expect(plan(missingness).maskHash).toBe(made.maskHash);
  if (missingness.protocol !== 'modality-subsets') expect(plan(missingness, 2).maskHash).not.toBe(made.maskHash);
  const { lengths } = dataset.splits.test;
  for (let index = 0; index < specs.length; index++) {
    let left = 0;
    for (const [modality, values] of entriesOf(lengths)) {
      const mask = row(made, modality, index);
      left += mask.reduce((a, b) => a + b);
      expect(mask.slice(values[index]!)).not.toContain(1);
    }
    expect(left).toBeGreaterThan(0);
  }
});

test.each([0.1, 0.5, 0.9])('frame-uniform drops a share of %d of each modality', (rate) => {
  const made = plan({ protocol: 'frame-uniform', rate });
  expect(made.summary.missingSteps).toBeCloseTo(rate, 1);
  for (const [modality, values] of entriesOf(dataset.splits.test.lengths)) {
    const observed = values.reduce((a, b) => a + b);
    const left = valueFor(made.masks, modality).data.reduce((a, b) => a + b, 0);
    expect(Math.abs(1 - left / observed - rate)).toBeLessThan(4 * Math.sqrt((rate * (1 - rate)) / observed) + 0.01);
  }
});

test('rate 0 is the identity, rate 1 leaves one step a sample', () => {
  const none = plan({ protocol: 'frame-uniform', rate: 0 });
  expect(none.summary).toEqual({ missingSteps: 0, missingModalities: 0, restored: 0 });
  expect(row(none, 'text', 200)).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 0]);
  const everything = plan({ protocol: 'frame-per-rate', rate: 1 });
  expect(everything.summary.restored).toBe(specs.length);
  const total = entriesOf(everything.masks).reduce((sum, [, { data }]) => sum + data.reduce((a, b) => a + b, 0), 0);
  expect(total).toBe(specs.length);
});

test('modality-rate takes an exact share of the modalities away', () => {
  const { summary } = plan({ protocol: 'modality-rate', rate: 0.3 });
  const numModalities = 150 * 3 + 60 * 2;
  expect(summary.missingModalities).toBeCloseTo(Math.round(0.3 * numModalities) / numModalities, 12);
  expect(summary.restored).toBe(0);
});

test('the mask of a sample depends on its id, not on its place', () => {
  for (const missingness of examples) {
    const forwards = plan(missingness);
    const backwards = plan(missingness, 1, datasetOf([...specs].reverse()));
    for (let index = 0; index < specs.length; index++) {
      for (const modality of dataset.modalities) {
        expect(row(backwards, modality, specs.length - 1 - index)).toEqual(row(forwards, modality, index));
      }
    }
  }
});

test('splits, modalities of equal shape and samples of equal id get draws of their own', () => {
  const missingness: Missingness = { protocol: 'frame-uniform', rate: 0.5 };
  const made = plan(missingness);
  const train = missingnessPlan({ ...missingness, seed: 1, dataset, split: 'train' });
  expect(train.maskHash).not.toBe(made.maskHash);
  const full = Array.from({ length: 150 }, (_, index) => index);
  expect(full.map((index) => row(made, 'audio', index))).not.toEqual(full.map((index) => row(made, 'vision', index)));
  const agree = full.flatMap((i) =>
    row(made, 'audio', i).filter((kept, step) => kept === row(made, 'vision', i)[step]),
  );
  expect(agree.length / 900).toBeCloseTo(0.5, 1);
  const twins = plan(missingness, 1, datasetOf([specs[0]!, specs[0]!]));
  expect(row(twins, 'text', 0)).toEqual(row(made, 'text', 0));
  expect(row(twins, 'text', 1)).not.toEqual(row(twins, 'text', 0));
});

test('batches of any size and order show the same masks', () => {
  const made = plan({ protocol: 'mixed', rate: 0.5 });
  for (const batchSize of [1, 32, 210]) {
    for (const batch of batches(dataset, 'test', { batchSize, missingness: made })) {
      batch.indices.forEach((index, place) => {
        for (const [modality, { data, shape }] of entriesOf(batch.views[0]!.mask)) {
          expect([...data.subarray(place * shape[1], (place + 1) * shape[1])]).toEqual(row(made, modality, index));
        }
      });
    }
  }
});

test('with padding at the start the same steps go', () => {
  const end = plan({ protocol: 'frame-uniform', rate: 0.5 }, 1, datasetOf(specs, { align: 'end' }));
  const start = plan({ protocol: 'frame-uniform', rate: 0.5 });
  expect(row(end, 'text', 200).slice(4)).toEqual(row(start, 'text', 200).slice(0, 5));
  expect(row(end, 'text', 200).slice(0, 4)).toEqual([0, 0, 0, 0]);
});

test('survives being saved', () => {
  const made = plan({ protocol: 'mixed', rate: 0.5 });
  const bytes = encodeMissingnessPlan(made);
  expect(bytes.length).toBeLessThan((210 * 21) / 8 + 700);
  const { apply: _, ...loaded } = decodeMissingnessPlan(bytes);
  const { apply: __, ...expected } = made;
  expect(loaded).toEqual(expected);
  const damaged = bytes.slice();
  damaged[damaged.length - 5]! ^= 1;
  expect(() => decodeMissingnessPlan(damaged)).toThrow(/must have the hash [0-9a-f]{64}: got [0-9a-f]{64}/);
  expect(() => decodeMissingnessPlan(bytes.subarray(0, bytes.length - 1))).toThrow(RangeError);
  expect(() => decodeMissingnessPlan(new Uint8Array(3))).toThrow(/got 3 bytes without/);
  expect(() => decodeMissingnessPlan(bytes.subarray(0, 50))).toThrow(RangeError);
});
