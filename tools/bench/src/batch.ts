import {
  encodeSafetensors,
  MODALITIES,
  mapModalities,
  type PerModality,
  type Rng,
  type StoredTensor,
} from '@trimodal/core';
import type { Batch, BatchView } from '@trimodal/data';
import type { Learner } from '../../../packages/training/src/learner';

/** One padded sequence a sample: its observed steps are 1. */
export type MaskRows = { readonly time: number; readonly dim: number; readonly rows: readonly Float32Array[] };

/** A batch of normal features and labels with the given masks; features of steps that aren't there are 0. */
export function randomBatch(masks: PerModality<MaskRows>, rng: Rng): Batch {
  const size = masks.text!.rows.length;
  const present = new Float32Array(size * MODALITIES.length);
  const features = mapModalities(masks, ({ time, dim, rows }, modality) => {
    const data = new Float32Array(size * time * dim);
    rows.forEach((row, sample) => {
      if (row.includes(1)) present[sample * MODALITIES.length + MODALITIES.indexOf(modality)] = 1;
      row.forEach((there, step) => {
        const start = (sample * time + step) * dim;
        for (let i = start; i < start + dim && there === 1; i++) data[i] = rng.normal();
      });
    });
    return { data, shape: [size, time, dim] as [number, number, number] };
  });
  const mask = mapModalities(masks, ({ time, rows }) => {
    const data = new Float32Array(size * time);
    rows.forEach((row, sample) => {
      data.set(row, sample * time);
    });
    return { data, shape: [size, time] as [number, number] };
  });
  return {
    size,
    count: size,
    indices: Int32Array.from({ length: size }, (_, i) => i),
    views: [{ features, mask, present }],
    labels: Float32Array.from({ length: size }, () => rng.normal()),
    weights: new Float32Array(size).fill(1),
  };
}

/** Rows of observed steps from the start on, as many as `lengths` says. */
export function paddedRows(lengths: readonly number[], time: number): Float32Array[] {
  return lengths.map((length) => new Float32Array(time).fill(1, 0, length));
}

/** Weights by path, and batches as `input/<number>/...`, as the mirror reads them. */
export function mirrorArrays({ parameters }: Pick<Learner, 'parameters'>, batches: readonly Batch[]): Uint8Array {
  const arrays = new Map<string, StoredTensor>();
  for (const [path, weight] of parameters) {
    arrays.set(path, { shape: weight.shape, data: weight.dataSync() as Float32Array });
  }
  for (const [number, { views, labels, count }] of batches.entries()) {
    const at = `input/${number}`;
    const { features, mask } = firstRows(views[0]!, count);
    mapModalities(features, (array, modality) => arrays.set(`${at}/features/${modality}`, array));
    mapModalities(mask, (array, modality) => arrays.set(`${at}/mask/${modality}`, array));
    arrays.set(`${at}/labels`, { shape: [count], data: labels.subarray(0, count) });
  }
  return encodeSafetensors(arrays);
}

/** Without the rows that fill a batch up: PyTorch needs none. */
function firstRows({ features, mask }: BatchView, count: number) {
  const cut = ({ data, shape: [size, ...rest] }: { data: Float32Array; shape: number[] }): StoredTensor => ({
    shape: [count, ...rest],
    data: data.subarray(0, (data.length / size!) * count),
  });
  return { features: mapModalities(features, cut), mask: mapModalities(mask, cut) };
}
