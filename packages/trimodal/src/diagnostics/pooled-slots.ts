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
import type { Pooled } from './collect-parts';

/** A kind of part of one modality, of every sample that has the modality. */
export type PooledSlot = Pooled & { readonly slot: string; readonly modality: Modality };

/**
 * Every kind of part that a model makes, pooled over the tokens that are there: shared parts as the disentangler made them, private ones as
 * the private branch left them, noise where there is any.
 */
export function pooledSlots(model: TrimodalModel, batches: Iterable<Batch>): PooledSlot[] {
  const kept = new Map<string, { slot: string; modality: Modality; values: number[]; dim: number; rows: number[] }>();
  for (const batch of batches) {
    tf.tidy(() => {
      const { parts, privateBranch } = model.forward(toTensors(batch).views[0]!, INFERENCE);
      const { noise = {} } = parts as { readonly noise?: PerModality<tf.Tensor2D | tf.Tensor3D> };
      const { present } = batch.views[0]!;
      for (const [slot, record] of Object.entries({ shared: parts.shared, private: privateBranch.private, noise })) {
        for (const [modality, part] of entriesOf<tf.Tensor>(record)) {
          const pooled = part.rank === 3 ? maskedMean(part as tf.Tensor3D, valueFor(parts.mask, modality)) : part;
          const dim = pooled.shape[1]!;
          const values = pooled.dataSync();
          const key = `${slot} ${modality}`;
          const growing = kept.get(key) ?? { slot, modality, values: [], dim, rows: [] };
          kept.set(key, growing);
          for (let i = 0; i < batch.count; i++) {
            if (present[i * MODALITIES.length + MODALITIES.indexOf(modality)] === 0) continue;
            growing.values.push(...values.subarray(i * dim, (i + 1) * dim));
            growing.rows.push(batch.indices[i]!);
          }
        }
      }
    });
  }
  return [...kept.values()].map(({ slot, modality, values, dim, rows }) => ({
    slot,
    modality,
    data: Float32Array.from(values),
    dim,
    rows: Int32Array.from(rows),
  }));
}
