import { Rng } from '@trimodal/core';
import { type Batch, createDataset, syntheticDataset } from '@trimodal/data';
import type { PresetName } from '@trimodal/models';
import { expect, test } from 'vitest';
import { batchSource } from './batch-sources';
import { presetRun } from './recipes';

const dataset = createDataset(syntheticDataset({ seed: 1, sizes: { train: 8, valid: 4, test: 4 } }));

async function firstBatch(name: PresetName, split: 'train' | 'valid'): Promise<Batch> {
  for await (const batch of batchSource(dataset, presetRun(name), new Rng(1))(split, 0)) return batch;
  throw new Error('no batch');
}

const steps = ({ mask }: Batch['views'][number]) =>
  Object.values(mask).reduce((sum, { data }) => sum + data.reduce((a, b) => a + b), 0);

test.each<[PresetName, number]>([
  ['dbr', 1],
  ['derl', 2],
  ['fsrf', 2],
])('a batch of %s has %i views in training, and one in validation', async (name, count) => {
  expect((await firstBatch(name, 'train')).views).toHaveLength(count);
  expect((await firstBatch(name, 'valid')).views).toHaveLength(1);
});

test('the first view of DERL is whole, the second lacks some of it; both of FSRF lack some', async () => {
  const [whole, masked] = (await firstBatch('derl', 'train')).views;
  const [a, b] = (await firstBatch('fsrf', 'train')).views;
  expect(steps(masked!)).toBeLessThan(steps(whole!));
  for (const view of [a!, b!]) expect(steps(view)).toBeLessThan(steps(whole!));
  expect(a!.mask.text!.data).not.toEqual(b!.mask.text!.data);
});
