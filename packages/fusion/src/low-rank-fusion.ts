import * as tf from '@tensorflow/tfjs';
import { checkPositiveInteger, type ForwardContext, type Fusion, type Parts, type Rng } from '@trimodal/core';
import { constantWeight, uniformWeight } from '@trimodal/layers';
import { type PartName, PartPooling, type PartPoolingOptions } from './part-pooling';

export type LowRankFusionOptions = PartPoolingOptions & { rank?: number; outDim?: number };
export type LowRankFusionOutput = { fused: tf.Tensor2D };

/**
 * A linear map of the outer product of all parts, each with a 1 appended, whose weights have low rank: so the outer product is never made.
 *
 * `fused = sum_r w_r prod_k [x_k; 1] F_kr + c`; of an absent part nothing but the appended 1 is left, so what remains are the interactions
 * of the others.
 *
 * Shapes: parts `[b, t_m, d]`, present `[b, 3]` -> fused `[b, outDim]`.
 * Source: LMF (Liu et al. 2018, "Efficient Low-rank Multimodal Fusion with Modality-Specific Factors"). Ours: the factors of the appended 1
 * start at 1 and `w` at `1 / rank`, so that a product of many parts neither vanishes nor explodes.
 * @param options.rank How many factors a part has.
 * @param options.outDim Width of `fused`, by default `dModel`.
 * @param options.slots Which kinds of part are read.
 * @param options.pooling 'mean' of the tokens that are there, or 'attention' with a learned query a part.
 * @throws RangeError if a size is no positive integer, there is no part to read or one is missing; TypeError or RangeError if a tensor has
 * another shape.
 * @example new LowRankFusion({ dModel: 4, rank: 2 }, new Rng(1)).forward(parts, present, INFERENCE).fused.shape; // [2, 4]
 */
export class LowRankFusion implements Fusion<LowRankFusionOutput> {
  readonly outDim: number;
  readonly parts: readonly PartName[];
  private readonly rank: number;
  private readonly pooling: PartPooling;
  private readonly factorWeight: tf.Variable<tf.Rank.R3>; // k d r*o
  private readonly factorBias: tf.Variable<tf.Rank.R3>; // k 1 r*o: the row of the appended 1
  private readonly rankWeight: tf.Variable<tf.Rank.R2>; // r 1
  private readonly bias: tf.Variable<tf.Rank.R1>; // o

  constructor({ rank = 4, outDim, ...options }: LowRankFusionOptions, rng: Rng) {
    const { dModel } = options;
    this.outDim = outDim ?? dModel;
    this.rank = rank;
    checkPositiveInteger('build LowRankFusion', 'rank', rank);
    checkPositiveInteger('build LowRankFusion', 'outDim', this.outDim);
    this.pooling = new PartPooling(options, rng.fork('pooling'));
    this.parts = this.pooling.names;
    const numParts = this.parts.length;
    const width = rank * this.outDim;
    this.factorWeight = uniformWeight([numParts, dModel, width], 1 / Math.sqrt(dModel), rng.fork('factorWeight'));
    this.factorBias = constantWeight([numParts, 1, width], 1);
    this.rankWeight = constantWeight([rank, 1], 1 / rank);
    this.bias = constantWeight([this.outDim], 0);
  }

  forward(parts: Parts, present: tf.Tensor2D, _ctx: ForwardContext): LowRankFusionOutput {
    const { pooled } = this.pooling.forward(parts, present);
    const factors = tf.matMul(pooled.transpose([1, 0, 2]), this.factorWeight).add(this.factorBias); // k b r*o
    // The gradient of an unstack into one piece throws (TensorFlow.js 4.22).
    const each = this.parts.length === 1 ? [factors] : tf.unstack(factors);
    const product = each.reduce((a, b) => a.mul(b)); // b r*o
    const ranks = product.reshape([-1, this.rank, this.outDim]).mul(this.rankWeight); // b r o
    return { fused: ranks.sum(1).add<tf.Tensor2D>(this.bias) };
  }
}
