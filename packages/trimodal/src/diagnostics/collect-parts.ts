import * as tf from '@tensorflow/tfjs';
import {
  entriesOf,
  INFERENCE,
  MODALITIES,
  type Modality,
  maskedMean,
  type PerModality,
  valueFor,
} from '@trimodal/core';
import { type Batch, toTensors } from '@trimodal/data';
import type { TrimodalModel } from '@trimodal/models';

/** Vectors `[n, d]`, row by row; rows of samples that lack the modality are left out, `rows` says which stay. */
export type Pooled = { readonly data: Float32Array; readonly dim: number; readonly rows: Int32Array };

/** The parts of every sample of a split, each pooled over the tokens that are there. */
export type CollectedParts = {
  /** As the disentangler made them. */
  readonly shared: PerModality<Pooled>;
  /** As the private branch left them. */
  readonly private: PerModality<Pooled>;
  /** `[n]`: the prediction, and those of the heads on each branch where there are any (first output alone). */
  readonly predictions: {
    readonly joint: Float32Array;
    readonly shared?: Float32Array;
    readonly private?: Float32Array;
  };
  readonly labels: Float32Array;
};

type Growing = { values: number[]; dim: number; rows: number[] };

/** Runs a model over batches and keeps what diagnostics look at. */
export function collectParts(model: TrimodalModel, batches: Iterable<Batch>): CollectedParts {
  const kept = { shared: new Map<Modality, Growing>(), private: new Map<Modality, Growing>() };
  const predictions: Record<'joint' | 'shared' | 'private', number[]> = { joint: [], shared: [], private: [] };
  const labels: number[] = [];
  for (const batch of batches) {
    tf.tidy(() => {
      const output = model.forward(toTensors(batch).views[0]!, INFERENCE);
      const { present } = batch.views[0]!;
      const keep = (slot: 'shared' | 'private', parts: PerModality<tf.Tensor3D>) => {
        for (const [modality, part] of entriesOf(parts)) {
          const pooled = maskedMean(part, valueFor(output.parts.mask, modality));
          const [, dim] = pooled.shape;
          const values = pooled.dataSync();
          const growing = kept[slot].get(modality) ?? { values: [], dim, rows: [] };
          kept[slot].set(modality, growing);
          for (let i = 0; i < batch.count; i++) {
            if (present[i * MODALITIES.length + MODALITIES.indexOf(modality)] === 0) continue;
            growing.values.push(...values.subarray(i * dim, (i + 1) * dim));
            growing.rows.push(batch.indices[i]!);
          }
        }
      };
      keep('shared', output.parts.shared);
      keep('private', output.privateBranch.private);
      const first = (tensor: tf.Tensor2D) => [...tensor.slice([0, 0], [batch.count, 1]).dataSync()];
      predictions.joint.push(...first(output.prediction));
      if (output.branchPredictions) {
        predictions.shared.push(...first(output.branchPredictions.shared));
        predictions.private.push(...first(output.branchPredictions.private));
      }
    });
    labels.push(...batch.labels.subarray(0, batch.count));
  }
  const pooled = (slot: 'shared' | 'private'): PerModality<Pooled> =>
    Object.fromEntries(
      [...kept[slot]].map(([modality, { values, dim, rows }]) => [
        modality,
        { data: Float32Array.from(values), dim, rows: Int32Array.from(rows) },
      ]),
    );
  const { joint, shared, private: own } = predictions;
  return {
    shared: pooled('shared'),
    private: pooled('private'),
    predictions: {
      joint: Float32Array.from(joint),
      ...(shared.length > 0 ? { shared: Float32Array.from(shared), private: Float32Array.from(own) } : {}),
    },
    labels: Float32Array.from(labels),
  };
}

/** The rows that two pooled parts have both, of each. */
export function commonRows(a: Pooled, b: Pooled): { a: Float32Array; b: Float32Array; n: number } {
  const inB = new Map([...b.rows].map((row, i) => [row, i]));
  const pairs = [...a.rows].flatMap((row, i): [number, number][] => {
    const j = inB.get(row);
    return j === undefined ? [] : [[i, j]];
  });
  const take = ({ data, dim }: Pooled, side: 0 | 1) => {
    const out = new Float32Array(pairs.length * dim);
    for (const [k, pair] of pairs.entries()) out.set(data.subarray(pair[side] * dim, (pair[side] + 1) * dim), k * dim);
    return out;
  };
  return { a: take(a, 0), b: take(b, 1), n: pairs.length };
}
