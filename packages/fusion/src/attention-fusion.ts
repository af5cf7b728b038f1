import type * as tf from '@tensorflow/tfjs';
import type { ForwardContext, Fusion, Parts, Rng } from '@trimodal/core';
import { AttentionPooling, normalWeight } from '@trimodal/layers';
import { type PartName, PartPooling, type PartPoolingOptions } from './part-pooling';

export type AttentionFusionOptions = PartPoolingOptions & { hiddenDim?: number };
export type AttentionFusionOutput = {
  fused: tf.Tensor2D;
  /** What each part counts, `[b, k]` in the order of `parts`; 0 for absent parts, rows sum to 1. */
  weights: tf.Tensor2D;
};

const EMBEDDING_STD = 0.02;

/**
 * The weighted mean of the parts, weighed by a learned query.
 *
 * `w = softmax(v . tanh(W (x_k + r_k) + c))` over the parts that are there, `fused = sum_k w_k (x_k + r_k)`; the embedding `r_k` tells
 * what the part is.
 *
 * Shapes: parts `[b, t_m, d]`, present `[b, 3]` -> fused `[b, d]`, weights `[b, k]`.
 * Source: attention over the parts as instances of a bag (Ilse et al. 2018); the embedding of the part is ours.
 * @param options.hiddenDim Width of the scorer, by default `dModel`.
 * @param options.slots Which kinds of part are read.
 * @param options.pooling 'mean' of the tokens that are there, or 'attention' with a learned query a part.
 * @throws RangeError if there is no part to read or one is missing; TypeError or RangeError if a tensor has another shape.
 * @example new AttentionFusion({ dModel: 4 }, new Rng(1)).forward(parts, present, INFERENCE).weights.shape; // [2, 6]
 */
export class AttentionFusion implements Fusion<AttentionFusionOutput> {
  readonly outDim: number;
  readonly parts: readonly PartName[];
  private readonly pooling: PartPooling;
  private readonly partEmbedding: tf.Variable<tf.Rank.R2>; // k d
  private readonly attention: AttentionPooling;

  constructor({ hiddenDim, ...options }: AttentionFusionOptions, rng: Rng) {
    const { dModel } = options;
    this.outDim = dModel;
    this.pooling = new PartPooling(options, rng.fork('pooling'));
    this.parts = this.pooling.names;
    this.partEmbedding = normalWeight([this.parts.length, dModel], EMBEDDING_STD, rng.fork('partEmbedding'));
    this.attention = new AttentionPooling({ dim: dModel, hiddenDim: hiddenDim ?? dModel }, rng.fork('attention'));
  }

  forward(parts: Parts, present: tf.Tensor2D, _ctx: ForwardContext): AttentionFusionOutput {
    const { pooled, there } = this.pooling.forward(parts, present);
    const { pooled: fused, weights } = this.attention.forward(pooled.add(this.partEmbedding), there);
    return { fused, weights };
  }
}
