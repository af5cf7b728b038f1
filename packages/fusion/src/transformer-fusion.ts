import type * as tf from '@tensorflow/tfjs';
import type { ForwardContext, Fusion, Parts, Rng } from '@trimodal/core';
import { TransformerEncoder } from '@trimodal/layers';
import { type PartName, PartPooling, type PartPoolingOptions } from './part-pooling';

export type TransformerFusionOptions = PartPoolingOptions & {
  numHeads?: number;
  numLayers?: number;
  hiddenDim?: number;
  dropoutRate?: number;
};
export type TransformerFusionOutput = { fused: tf.Tensor2D };

/**
 * The pooled parts read one another in a small transformer, then stand side by side.
 *
 * Shapes: parts `[b, t_m, d]`, present `[b, 3]` -> fused `[b, k d]` for k parts, in the order of `parts`; absent parts are 0 and are not read.
 * Source: the fusion of MISA (Hazarika et al. 2020): one layer of two heads over the six parts. Ours: pre-norm, and the mask of what is absent.
 * @param options.dModel Width d; divisible by numHeads.
 * @param options.hiddenDim Width of the feed-forward networks, by default `4 dModel`.
 * @param options.slots Which kinds of part are read.
 * @param options.pooling 'mean' of the tokens that are there, or 'attention' with a learned query a part.
 * @throws RangeError if dModel isn't divisible by numHeads, there is no part to read or one is missing; TypeError or RangeError if a tensor
 * has another shape.
 * @example new TransformerFusion({ dModel: 4 }, new Rng(1)).forward(parts, present, INFERENCE).fused.shape; // [2, 24]
 */
export class TransformerFusion implements Fusion<TransformerFusionOutput> {
  readonly outDim: number;
  readonly parts: readonly PartName[];
  private readonly pooling: PartPooling;
  private readonly encoder: TransformerEncoder;

  constructor(
    { numHeads = 2, numLayers = 1, hiddenDim, dropoutRate = 0.1, ...options }: TransformerFusionOptions,
    rng: Rng,
  ) {
    const { dModel } = options;
    this.pooling = new PartPooling(options, rng.fork('pooling'));
    this.parts = this.pooling.names;
    this.outDim = this.parts.length * dModel;
    const layer = { dModel, numHeads, numLayers, hiddenDim: hiddenDim ?? 4 * dModel, dropoutRate };
    this.encoder = new TransformerEncoder(layer, rng.fork('encoder'));
  }

  forward(parts: Parts, present: tf.Tensor2D, ctx: ForwardContext): TransformerFusionOutput {
    const { pooled, there } = this.pooling.forward(parts, present);
    const read = this.encoder.forward(pooled, there, ctx).mul(there.expandDims(-1)); // b k d
    return { fused: read.reshape([-1, this.outDim]) };
  }
}
