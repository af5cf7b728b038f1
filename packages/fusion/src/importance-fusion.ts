import * as tf from '@tensorflow/tfjs';
import { type ForwardContext, type Fusion, maskedMean, maskedSoftmax, type Parts, type Rng } from '@trimodal/core';
import { Linear, normalWeight, TransformerLayer, uniformWeight } from '@trimodal/layers';
import { type PartName, PartPooling, type PartPoolingOptions } from './part-pooling';

export type ImportanceFusionOptions = PartPoolingOptions & {
  numHeads?: number;
  hiddenDim?: number;
  dropoutRate?: number;
  weighting?: 'importance' | 'mean';
};
export type ImportanceFusionOutput = {
  fused: tf.Tensor2D;
  /** What each part counts, `[b, k]` in the order of `parts`; 0 for absent parts, rows sum to 1. */
  weights: tf.Tensor2D;
};

const ROLE_STD = 0.02;

/**
 * Takes each part for an expert with a role of its own, and sums what they say by how much each matters for the sample.
 *
 * `w = softmax(v . tanh(W x_k + U mean(x) + r_k))` over the parts that are there, `x' = layer(x + r)`, a transformer layer in which the
 * parts read one another, `fused = sum_k w_k x'_k`; the role `r_k` is learned.
 *
 * Shapes: parts `[b, t_m, d]`, present `[b, 3]` -> fused `[b, d]`, weights `[b, k]`.
 * Source: in DERL (arXiv 2602.01833) the disentangled features act as modality experts with distinct roles and are fused aware of their
 * importance; only its abstract is known to us. The formulas are ours, the scorer after Ilse et al. 2018. As the parts have read one
 * another, a weight says how much a part counts, not that nothing of the others came with it.
 * @param options.weighting 'importance', or 'mean' for what it is measured against: all parts that are there count alike.
 * @param options.numHeads Of the transformer layer; divides dModel.
 * @param options.hiddenDim Width of its feed-forward network, by default `4 dModel`.
 * @param options.slots Which kinds of part are read.
 * @param options.pooling 'mean' of the tokens that are there, or 'attention' with a learned query a part.
 * @throws RangeError if dModel isn't divisible by numHeads, there is no part to read or one is missing; TypeError or RangeError if a tensor
 * has another shape.
 * @example new ImportanceFusion({ dModel: 4 }, new Rng(1)).forward(parts, present, INFERENCE).weights.shape; // [2, 6]
 */
export class ImportanceFusion implements Fusion<ImportanceFusionOutput> {
  readonly outDim: number;
  /** The names of the axis k: the slots, in each the modalities. */
  readonly parts: readonly PartName[];
  private readonly pooling: PartPooling;
  private readonly role: tf.Variable<tf.Rank.R2>; // k d
  private readonly layer: TransformerLayer;
  private readonly scorer: ImportanceScorer | null;

  constructor(
    { numHeads = 4, hiddenDim, dropoutRate = 0.1, weighting = 'importance', ...options }: ImportanceFusionOptions,
    rng: Rng,
  ) {
    const { dModel } = options;
    this.outDim = dModel;
    this.pooling = new PartPooling(options, rng.fork('pooling'));
    this.parts = this.pooling.names;
    this.role = normalWeight([this.parts.length, dModel], ROLE_STD, rng.fork('role'));
    const layer = { dModel, numHeads, hiddenDim: hiddenDim ?? 4 * dModel, dropoutRate };
    this.layer = new TransformerLayer(layer, rng.fork('layer'));
    this.scorer = weighting === 'importance' ? new ImportanceScorer(dModel, rng.fork('scorer')) : null;
  }

  forward(parts: Parts, present: tf.Tensor2D, ctx: ForwardContext): ImportanceFusionOutput {
    const { pooled, there } = this.pooling.forward(parts, present);
    const [batch, numParts, dModel] = pooled.shape;
    const read = this.layer.forward(pooled.add(this.role), there, ctx); // b k d
    const weights =
      this.scorer?.forward(pooled, there, this.role) ??
      there.div<tf.Tensor2D>(there.sum(1, true).maximum(tf.scalar(1)));
    const fused = tf.matMul(weights.reshape<tf.Tensor3D>([batch, 1, numParts]), read); // b 1 d
    return { fused: fused.reshape([batch, dModel]), weights };
  }
}

/** `softmax(v . tanh(W x_k + U mean(x) + r_k))` over the parts that are there. */
class ImportanceScorer {
  private readonly partProj: Linear;
  private readonly contextProj: Linear;
  private readonly query: tf.Variable<tf.Rank.R2>; // d 1

  constructor(dModel: number, rng: Rng) {
    const square = { inDim: dModel, outDim: dModel, useBias: false }; // the role is the bias
    this.partProj = new Linear(square, rng.fork('partProj'));
    this.contextProj = new Linear(square, rng.fork('contextProj'));
    this.query = uniformWeight([dModel, 1], 1 / Math.sqrt(dModel), rng.fork('query'));
  }

  forward(x: tf.Tensor3D, there: tf.Tensor2D, role: tf.Tensor2D): tf.Tensor2D {
    const [batch, numParts, dModel] = x.shape;
    const context = this.contextProj.forward(maskedMean(x, there)).expandDims(1); // b 1 d
    const seen = this.partProj.forward(x).add(context).add(role).tanh(); // b k d
    const scores = seen.reshape<tf.Tensor2D>([batch * numParts, dModel]).matMul(this.query);
    return maskedSoftmax(scores.reshape<tf.Tensor2D>([batch, numParts]), there);
  }
}
