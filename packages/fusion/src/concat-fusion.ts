import type * as tf from '@tensorflow/tfjs';
import type { ForwardContext, Fusion, Parts, Rng } from '@trimodal/core';
import { type PartName, PartPooling, type PartPoolingOptions } from './part-pooling';

export type ConcatFusionOptions = PartPoolingOptions;
export type ConcatFusionOutput = { fused: tf.Tensor2D };

/**
 * The pooled parts side by side: the fusion that a plain model has, and what others are measured against.
 *
 * Shapes: parts `[b, t_m, d]`, present `[b, 3]` -> fused `[b, k d]` for k parts, in the order of `parts`; absent parts are 0.
 * @param options.slots Which kinds of part are read; with `IdentityDisentangler`, `['private']`.
 * @param options.pooling 'mean' of the tokens that are there (no weights), or 'attention' with a learned query a part.
 * @throws RangeError if there is no part to read or one is missing; TypeError or RangeError if a tensor has another shape.
 * @example new ConcatFusion({ dModel: 4, slots: ['private'] }, new Rng(1)).outDim; // 12
 */
export class ConcatFusion implements Fusion<ConcatFusionOutput> {
  readonly outDim: number;
  readonly parts: readonly PartName[];
  private readonly pooling: PartPooling;

  constructor(options: ConcatFusionOptions, rng: Rng) {
    this.pooling = new PartPooling(options, rng.fork('pooling'));
    this.parts = this.pooling.names;
    this.outDim = this.parts.length * options.dModel;
  }

  forward(parts: Parts, present: tf.Tensor2D, _ctx: ForwardContext): ConcatFusionOutput {
    const { pooled } = this.pooling.forward(parts, present);
    return { fused: pooled.reshape([-1, this.outDim]) };
  }
}
