import * as tf from '@tensorflow/tfjs';
import {
  checkShape,
  MODALITIES,
  type Modality,
  maskedMean,
  type Parts,
  presentColumn,
  type Rng,
  valueFor,
} from '@trimodal/core';
import { AttentionPooling } from '@trimodal/layers';

/** A kind of part that a fusion reads. */
export type Slot = 'shared' | 'private';

export type PartPoolingOptions = {
  dModel: number;
  modalities?: readonly Modality[];
  slots?: readonly Slot[];
  pooling?: 'mean' | 'attention';
};

/** A part as `slot.modality`, such as `shared.text`. */
export type PartName = `${Slot}.${Modality}`;

export type PooledParts = {
  /** `[b, k, d]`, in the order of `names`; absent parts are 0. */
  readonly pooled: tf.Tensor3D;
  /** `[b, k]`, 1 = there. */
  readonly there: tf.Tensor2D;
};

/**
 * One vector a part: the mean of its tokens that are there, or their mean weighed by a learned query of the part's own.
 *
 * Shapes: parts `[b, t_m, d]`, mask `[b, t_m]`, present `[b, 3]` -> pooled `[b, k, d]`, there `[b, k]`; the k parts are the slots,
 * in each the modalities.
 */
export class PartPooling {
  readonly names: readonly PartName[];
  private readonly dModel: number;
  private readonly parts: readonly { slot: Slot; modality: Modality; name: PartName }[];
  private readonly queries: Readonly<Partial<Record<PartName, AttentionPooling>>>;

  constructor(
    { dModel, modalities: asked = MODALITIES, slots = ['shared', 'private'], pooling = 'mean' }: PartPoolingOptions,
    rng: Rng,
  ) {
    const modalities = MODALITIES.filter((modality) => asked.includes(modality)); // in the fixed order
    if (slots.length === 0 || modalities.length === 0) {
      throw new RangeError(
        `Cannot build PartPooling as there must be a part to pool: got slots=[${slots}], modalities=[${modalities}].`,
      );
    }
    this.dModel = dModel;
    this.parts = slots.flatMap((slot) =>
      modalities.map((modality) => ({ slot, modality, name: `${slot}.${modality}` as const })),
    );
    this.names = this.parts.map(({ name }) => name);
    const pooled = pooling === 'attention' ? this.names : [];
    this.queries = Object.fromEntries(
      pooled.map((name) => [name, new AttentionPooling({ dim: dModel }, rng.fork(name))]),
    );
  }

  forward(parts: Parts, present: tf.Tensor2D): PooledParts {
    checkShape('pool parts', 'present', present, [null, MODALITIES.length]);
    const columns = this.parts.map(({ modality }) => presentColumn(present, modality)); // k times b 1
    const there = tf.concat(columns, 1);
    const pooled = tf.stack(
      this.parts.map(({ slot, modality, name }) => {
        const tokens = valueFor(parts[slot], modality);
        const mask = valueFor(parts.mask, modality);
        checkShape('pool parts', name, tokens, [present.shape[0], null, this.dModel]);
        checkShape('pool parts', `the mask of ${modality}`, mask, [tokens.shape[0], tokens.shape[1]]);
        return this.queries[name]?.forward(tokens, mask).pooled ?? maskedMean(tokens, mask);
      }),
      1,
    );
    return { pooled: pooled.mul(there.expandDims(-1)) as tf.Tensor3D, there };
  }
}
