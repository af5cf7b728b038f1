import * as tf from '@tensorflow/tfjs';
import type { ForwardContext, Fusion, Parts, Rng } from '@trimodal/core';
import { Linear, uniformWeight } from '@trimodal/layers';
import { type PartName, PartPooling, type PartPoolingOptions } from './part-pooling';

export type GatedFusionOptions = PartPoolingOptions;
export type GatedFusionOutput = {
  fused: tf.Tensor2D;
  /** How much of each channel of each part passes, `[b, k, d]` in the order of `parts`; 0 for absent parts. */
  gates: tf.Tensor3D;
};

/**
 * Sums the parts, each channel of each behind a gate that sees all of them.
 *
 * `fused = sum_k g_k * tanh(W_k x_k)`, `g = sigmoid(U [x_1; ...; x_K] + c)`; absent parts are 0, and so are their gates.
 *
 * Shapes: parts `[b, t_m, d]`, present `[b, 3]` -> fused `[b, d]`, gates `[b, k, d]`.
 * Source: the gated multimodal unit for several inputs of Arevalo et al. 2017; gates of absent parts are ours.
 * @param options.slots Which kinds of part are read.
 * @param options.pooling 'mean' of the tokens that are there, or 'attention' with a learned query a part.
 * @throws RangeError if there is no part to read or one is missing; TypeError or RangeError if a tensor has another shape.
 * @example new GatedFusion({ dModel: 4 }, new Rng(1)).forward(parts, present, INFERENCE).gates.shape; // [2, 6, 4]
 */
export class GatedFusion implements Fusion<GatedFusionOutput> {
  readonly outDim: number;
  readonly parts: readonly PartName[];
  private readonly pooling: PartPooling;
  private readonly valueWeight: tf.Variable<tf.Rank.R3>; // k d d
  private readonly gateProj: Linear;

  constructor(options: GatedFusionOptions, rng: Rng) {
    const { dModel } = options;
    this.outDim = dModel;
    this.pooling = new PartPooling(options, rng.fork('pooling'));
    this.parts = this.pooling.names;
    const allDim = this.parts.length * dModel;
    this.valueWeight = uniformWeight(
      [this.parts.length, dModel, dModel],
      1 / Math.sqrt(dModel),
      rng.fork('valueWeight'),
    );
    this.gateProj = new Linear({ inDim: allDim, outDim: allDim }, rng.fork('gateProj'));
  }

  forward(parts: Parts, present: tf.Tensor2D, _ctx: ForwardContext): GatedFusionOutput {
    const { pooled, there } = this.pooling.forward(parts, present);
    const [batch, numParts, dModel] = pooled.shape;
    const scores = this.gateProj.forward(pooled.reshape<tf.Tensor2D>([batch, numParts * dModel]));
    const gates = tf.sigmoid(scores.reshape(pooled.shape)).mul<tf.Tensor3D>(there.expandDims(-1));
    const values = tf.matMul(pooled.transpose([1, 0, 2]), this.valueWeight).transpose([1, 0, 2]); // b k d
    return { fused: gates.mul(values.tanh()).sum(1), gates };
  }
}
