import type * as tf from '@tensorflow/tfjs';
import { checkPositiveInteger, checkShape, maskedSoftmax, type Rng } from '@trimodal/core';
import { Linear } from './linear';
import { uniformWeight } from './weights';

export type AttentionPoolingOptions = { dim: number; hiddenDim?: number };
export type AttentionPoolingOutput = { pooled: tf.Tensor2D; weights: tf.Tensor2D };

/**
 * The weighted mean of the tokens that are there; a learned query weighs them.
 *
 * `w = softmax(k q)` over the tokens that are there, `k = tanh(keyProj(x))` if `hiddenDim` is given, else `k = x`; `pooled = sum_t w_t x_t`.
 *
 * Shapes: tokens `[b, t, d]`, mask `[b, t]` (1 = there) -> pooled `[b, d]`, weights `[b, t]`; rows sum to 1, or are 0 if no token is there.
 * Source: Ilse, Tomczak & Welling 2018, "Attention-based Deep Multiple Instance Learning"; the mask and the form without `hiddenDim` are ours.
 * @throws RangeError if a size is no positive integer or a shape isn't as above.
 * @example new AttentionPooling({ dim: 4 }, new Rng(1)).forward(tokens, mask).pooled.shape; // [2, 4]
 */
export class AttentionPooling {
  readonly keyProj: Linear | null;
  readonly query: tf.Variable<tf.Rank.R2>;
  private readonly dim: number;

  constructor({ dim, hiddenDim }: AttentionPoolingOptions, rng: Rng) {
    checkPositiveInteger('build AttentionPooling', 'dim', dim);
    this.dim = dim;
    this.keyProj = hiddenDim === undefined ? null : new Linear({ inDim: dim, outDim: hiddenDim }, rng.fork('keyProj'));
    const keyDim = hiddenDim ?? dim;
    this.query = uniformWeight<tf.Rank.R2>([keyDim, 1], 1 / Math.sqrt(keyDim), rng.fork('query'));
  }

  forward(tokens: tf.Tensor3D, mask: tf.Tensor2D): AttentionPoolingOutput {
    checkShape('pool tokens', 'tokens', tokens, [null, null, this.dim]);
    const [batch, time] = tokens.shape;
    checkShape('pool tokens', 'mask', mask, [batch, time]);
    const rows = tokens.reshape<tf.Tensor2D>([batch * time, this.dim]);
    const keys = this.keyProj ? this.keyProj.forward(rows).tanh() : rows;
    const weights = maskedSoftmax(keys.matMul(this.query).reshape<tf.Tensor2D>([batch, time]), mask);
    const pooled = weights.reshape<tf.Tensor3D>([batch, 1, time]).matMul(tokens); // b 1 d
    return { pooled: pooled.reshape([batch, this.dim]), weights };
  }
}
