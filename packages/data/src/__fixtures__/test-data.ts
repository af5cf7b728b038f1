import { type Modality, mapModalities, type PerModality, Rng, valueFor } from '@trimodal/core';
import { MemoryRows } from '../memory-rows';
import type { RawDataset, RawSplit, Split } from '../raw-dataset';

export type SampleSpec = { id: string; lengths: PerModality<number> };

/** A dataset for tests: `times` of each modality, dims 4, 3, 2; random features everywhere, padding included. */
export function rawFrom(
  specs: Partial<Record<Split, SampleSpec[]>>,
  times: PerModality<number>,
  dims: PerModality<number> = { text: 4, audio: 3, vision: 2 },
): RawDataset {
  const rng = new Rng(99);
  const split = (name: Split): RawSplit => {
    const samples = specs[name] ?? [];
    return {
      ids: samples.map(({ id }) => id),
      features: mapModalities(times, (time, modality) => {
        const dim = valueFor(dims, modality);
        const data = Float32Array.from({ length: samples.length * time * dim }, () => 2 + 3 * rng.normal());
        return new MemoryRows(data, [samples.length, time, dim]);
      }),
      lengths: mapModalities(times, (_, modality) => Int32Array.from(samples, ({ lengths }) => lengths[modality] ?? 0)),
      labels: Float32Array.from(samples, (_, i) => (i % 7) - 3),
    };
  };
  return {
    splits: { train: split('train'), valid: split('valid'), test: split('test') },
    task: { kind: 'regression', range: [-3, 3] },
    source: 'a test',
    dataHash: 'none',
    close: () => {},
  };
}

/** `count` samples of the same lengths. */
export function samples(count: number, lengths: PerModality<number>, prefix = 'sample'): SampleSpec[] {
  return Array.from({ length: count }, (_, i) => ({ id: `${prefix}-${i}`, lengths }));
}

/** A copy of a raw split with one of its arrays written over. */
export function withFeatures(raw: RawDataset, split: Split, modality: Modality, data: Float32Array): RawDataset {
  const { shape } = valueFor(raw.splits[split].features, modality);
  const features = { ...raw.splits[split].features, [modality]: new MemoryRows(data, shape) };
  return { ...raw, splits: { ...raw.splits, [split]: { ...raw.splits[split], features } } };
}
