import * as tf from '@tensorflow/tfjs';
import { checkPositiveInteger, checkShape, maskedSoftmax, type Rng } from '@trimodal/core';
import { LayerNorm, Linear, normalWeight } from '@trimodal/layers';

export type InputDecoderOptions = { dModel: number; inDim: number; time: number };

/**
 * Predicts the features of every step from tokens of which there may be fewer, or which are missing at some steps.
 *
 * Each step has a learned query q_i: `a_i = softmax_j(q_i . n_j / sqrt(d))` over the tokens that are there, `n = norm(x)`, and
 * `y_i = W (q_i + sum_j a_ij n_j) + c`. As `W` comes last it is applied to the few tokens and to the queries, not to every step of every sample.
 *
 * Shapes: x `[b, T, d]`, mask `[b, T]` (1 = there) -> `[b, time, inDim]`.
 * Source: ours; attention with learned queries and one head, whose projections q_i, n_j and W would absorb.
 * @param options.time How many steps are predicted.
 * @throws RangeError if a size is no positive integer; TypeError or RangeError if a shape isn't as above.
 * @example new InputDecoder({ dModel: 4, inDim: 6, time: 9 }, new Rng(1)).forward(x, mask).shape; // [2, 9, 6]
 */
export class InputDecoder {
  private readonly norm: LayerNorm;
  private readonly queries: tf.Variable<tf.Rank.R2>; // time d
  private readonly outProj: Linear;

  constructor({ dModel, inDim, time }: InputDecoderOptions, rng: Rng) {
    checkPositiveInteger('build InputDecoder', 'time', time);
    this.norm = new LayerNorm({ dim: dModel });
    this.queries = normalWeight([time, dModel], 1, rng.fork('queries'));
    this.outProj = new Linear({ inDim: dModel, outDim: inDim }, rng.fork('outProj'));
  }

  forward(x: tf.Tensor3D, mask: tf.Tensor2D): tf.Tensor3D {
    const [batch, count] = x.shape;
    const [time, dModel] = this.queries.shape;
    checkShape('decode inputs', 'x', x, [null, null, dModel]);
    checkShape('decode inputs', 'mask', mask, [batch, count]);
    const normed = this.norm.forward(x).reshape<tf.Tensor2D>([batch * count, dModel]);
    const scores = tf.matMul(normed, this.queries.div(Math.sqrt(dModel)).transpose()); // b*T time
    const aligned = scores.reshape<tf.Tensor3D>([batch, count, time]).transpose<tf.Tensor3D>([0, 2, 1]); // b time T
    const attention = maskedSoftmax(aligned, mask.expandDims(1));
    const values = this.outProj.forward(normed).reshape<tf.Tensor3D>([batch, count, this.outProj.outDim]);
    return tf.matMul(attention, values).add(tf.matMul(this.queries, this.outProj.weight)); // b time inDim
  }
}
