import * as tf from '@tensorflow/tfjs';
import { mapModalities, type PerModality, Rng, valueFor } from '@trimodal/core';
import { describe, expect, test } from 'vitest';
import { rawFrom, type SampleSpec, samples } from './__fixtures__/test-data';
import { type Batch, type BatchView, toTensors } from './batch';
import { type BatchOptions, batches, countBatches } from './batcher';
import { createDataset } from './dataset';
import { missingnessPlan } from './missingness-plan';
import { missingnessSampler } from './missingness-sampler';

const times = { text: 5, audio: 3, vision: 4 };
const train: SampleSpec[] = [
  ...samples(6, { text: 4, audio: 3, vision: 0 }),
  ...samples(5, { text: 5, audio: 1, vision: 2 }, 'full'),
];
const raw = rawFrom({ train, valid: samples(3, times) }, times);
const dataset = createDataset(raw);
const all = (options: BatchOptions) => [...batches(dataset, 'train', options)];
const order = (made: Batch[]) => made.flatMap(({ indices }) => [...indices]);
const rng = () => new Rng(5);
const missingness = () => missingnessSampler({ protocol: 'frame-uniform', rate: 0.5, rng: rng(), dataset });

describe('batches', () => {
  test('are padded to a fixed size with weight 0', () => {
    const made = all({ batchSize: 4 });
    expect(made.map(({ count }) => count)).toEqual([4, 4, 3]);
    expect(order(made)).toEqual([...Array(11).keys()]);
    const last = made[2]!;
    expect(last.size).toBe(4);
    expect([...last.weights]).toEqual([1, 1, 1, 0]);
    expect([...last.labels]).toEqual([...raw.splits.train.labels.slice(8), 0]);
    const view = last.views[0]!;
    expect(view.features.text!.shape).toEqual([4, 5, 4]);
    expect(view.features.text!.data.slice(3 * 20).every((value) => value === 0)).toBe(true);
    expect(view.mask.text!.data.slice(3 * 5).every((value) => value === 0)).toBe(true);
    expect([...view.present.slice(9)]).toEqual([0, 0, 0]);
  });

  test('hold the rows, masks and presence of their samples', () => {
    const [batch] = all({ batchSize: 11 });
    const view = batch!.views[0]!;
    const rows = new Float32Array(11 * 12);
    dataset.splits.train.readRows('text', batch!.indices, new Float32Array(11 * 20));
    dataset.splits.train.readRows('audio', batch!.indices, rows.subarray(0, 11 * 9));
    expect([...view.features.audio!.data]).toEqual([...rows.subarray(0, 11 * 9)]);
    expect([...view.mask.text!.data.slice(25, 35)]).toEqual([1, 1, 1, 1, 0, 1, 1, 1, 1, 1]);
    expect([...view.mask.vision!.data.slice(20, 28)]).toEqual([0, 0, 0, 0, 1, 1, 0, 0]);
    expect([...view.present.slice(15, 21)]).toEqual([1, 1, 0, 1, 1, 1]);
  });

  test('of fewer modalities still have three columns of presence', () => {
    const two = createDataset(raw, { modalities: ['text', 'vision'], align: 'end' });
    const [batch] = batches(two, 'valid', { batchSize: 2 });
    expect([...batch!.views[0]!.present]).toEqual([1, 0, 1, 1, 0, 1]);
    const [trained] = batches(two, 'train', { batchSize: 11 });
    expect([...trained!.views[0]!.mask.vision!.data.slice(24, 28)]).toEqual([0, 0, 1, 1]);
  });

  test('are shuffled by seed and epoch, each sample once', () => {
    const first = order(all({ batchSize: 4, rng: rng() }));
    expect(first).not.toEqual([...Array(11).keys()]);
    expect([...first].sort((a, b) => a - b)).toEqual([...Array(11).keys()]);
    expect(order(all({ batchSize: 3, rng: rng() }))).toEqual(first);
    expect(order(all({ batchSize: 4, rng: rng(), epoch: 1 }))).not.toEqual(first);
    const used = rng();
    used.uniform();
    expect(order(all({ batchSize: 4, rng: used }))).toEqual(first);
  });

  test('go on from a batch as if nothing had been', () => {
    const options = (): BatchOptions => ({
      batchSize: 4,
      rng: rng(),
      epoch: 2,
      missingness: missingness(),
      views: 'two-masked',
    });
    expect(all({ ...options(), firstBatch: 1 })).toEqual(all(options()).slice(1));
    expect(all({ ...options(), firstBatch: 3 })).toEqual([]);
  });

  test('dropLast leaves out what is not full', () => {
    expect(all({ batchSize: 4, dropLast: true }).map(({ count }) => count)).toEqual([4, 4]);
    expect(countBatches(11, { batchSize: 4, dropLast: true })).toBe(2);
    expect(countBatches(11, { batchSize: 4 })).toBe(3);
  });

  test('have arrays of their own', () => {
    const generator = batches(dataset, 'train', { batchSize: 4 });
    const first: Batch = generator.next().value;
    const before = structuredClone(first);
    generator.next();
    expect(first).toEqual(before);
    first.views[0]!.features.text!.data.fill(7);
    const [again] = all({ batchSize: 4 });
    expect(again).toEqual(before);
  });
});

describe('views', () => {
  const [clean] = all({ batchSize: 11 });
  /** What a view must be, from the clean one and its own masks. */
  function masked({ mask }: BatchView): BatchView {
    const features = mapModalities(clean!.views[0]!.features, ({ data, shape }, modality) => ({
      data: data.map((value, i) => (valueFor(mask, modality).data[Math.floor(i / shape[2])] ? value : 0)),
      shape,
    }));
    const present = new Float32Array(33);
    for (const [column, modality] of (['text', 'audio', 'vision'] as const).entries()) {
      const { data, shape } = valueFor(mask, modality);
      for (let row = 0; row < 11; row++) {
        present[row * 3 + column] = data.subarray(row * shape[1], (row + 1) * shape[1]).includes(1) ? 1 : 0;
      }
    }
    return { features, mask, present };
  }

  test('single: masked if there is a missingness', () => {
    const [batch] = all({ batchSize: 11, missingness: missingness() });
    expect(batch!.views).toHaveLength(1);
    expect(batch!.views[0]).not.toEqual(clean!.views[0]);
    expect(batch!.views[0]).toEqual(masked(batch!.views[0]!));
  });

  test('clean+masked: the whole sample first', () => {
    const [batch] = all({ batchSize: 11, missingness: missingness(), views: 'clean+masked' });
    expect(batch!.views).toHaveLength(2);
    expect(batch!.views[0]).toEqual(clean!.views[0]);
    expect(batch!.views[1]).not.toEqual(clean!.views[0]);
    expect(batch!.views[1]).toEqual(masked(batch!.views[1]!));
  });

  test('two-masked: two draws', () => {
    const [batch] = all({ batchSize: 11, missingness: missingness(), views: 'two-masked' });
    expect(batch!.views[0]).not.toEqual(batch!.views[1]);
    for (const view of batch!.views) expect(view).toEqual(masked(view));
    const [next] = all({ batchSize: 11, missingness: missingness(), views: 'two-masked', epoch: 1 });
    expect(next!.views[0]!.mask).not.toEqual(batch!.views[0]!.mask);
  });

  test('a modality that is taken away is absent altogether', () => {
    const plan = missingnessPlan({ protocol: 'modality-subsets', subset: ['text'], seed: 1, dataset, split: 'valid' });
    const [batch] = batches(dataset, 'valid', { batchSize: 3, missingness: plan });
    const { features, mask, present }: { features: PerModality<{ data: Float32Array }> } & Omit<BatchView, 'features'> =
      batch!.views[0]!;
    expect([...present]).toEqual([1, 0, 0, 1, 0, 0, 1, 0, 0]);
    expect(mask.audio!.data.every((value) => value === 0)).toBe(true);
    expect(features.vision!.data.every((value) => value === 0)).toBe(true);
    expect(mask.text!.data.every((value) => value === 1)).toBe(true);
  });
});

test('tensors of a batch', () => {
  const before = tf.memory().numTensors;
  const [batch] = all({ batchSize: 4, missingness: missingness(), views: 'clean+masked' });
  const tensors = toTensors(batch!);
  expect(tensors.views[1]!.features.audio!.shape).toEqual([4, 3, 3]);
  expect(tensors.views[1]!.mask.audio!.shape).toEqual([4, 3]);
  expect([...tensors.views[1]!.features.text!.dataSync()]).toEqual([...batch!.views[1]!.features.text!.data]);
  expect(tensors.views[0]!.present.shape).toEqual([4, 3]);
  expect([...tensors.labels.dataSync()]).toEqual([...batch!.labels]);
  expect([...tensors.weights.dataSync()]).toEqual([1, 1, 1, 1]);
  tf.dispose(tensors);
  expect(tf.memory().numTensors).toBe(before);
});

test('what cannot work is refused at once', () => {
  const plan = missingnessPlan({ protocol: 'frame-uniform', rate: 0.5, seed: 1, dataset, split: 'valid' });
  const fixed = missingnessPlan({ protocol: 'frame-uniform', rate: 0.5, seed: 1, dataset, split: 'train' });
  const other = createDataset(rawFrom({ train: samples(11, times, 'other') }, times));
  const make = (options: BatchOptions) => () => batches(dataset, 'train', options);
  expect(make({ batchSize: 0 })).toThrow(/batchSize must be a positive integer: got 0/);
  expect(make({ batchSize: 2, epoch: -1 })).toThrow(/epoch must be an integer from 0: got -1/);
  expect(make({ batchSize: 2, views: 'clean+masked' })).toThrow(/must have a missingness: got none/);
  expect(make({ batchSize: 2, views: 'two-masked', missingness: fixed })).toThrow(
    /must have a missingness that draws anew/,
  );
  expect(make({ batchSize: 2, missingness: plan })).toThrow(/same samples: got one for valid\./);
  expect(() => batches(other, 'train', { batchSize: 2, missingness: fixed })).toThrow(
    /got one for train of other samples/,
  );
  expect(make({ batchSize: 2, views: 'both' } as unknown as BatchOptions)).toThrow(
    /one of single, clean\+masked, two-masked: got both/,
  );
});
