import type * as tf from '@tensorflow/tfjs';
import { checkPositiveInteger, normalize } from '@trimodal/core';
import { constantWeight } from './weights';

export type LayerNormOptions = { dim: number; epsilon?: number };

/**
 * Normalises the last axis to mean 0 and variance 1, then scales and shifts it.
 *
 * `y = gain (x - mean) / sqrt(var + epsilon) + bias`
 *
 * Shapes: x `[..., dim]` -> `[..., dim]`.
 * Source: Ba, Kiros & Hinton 2016, "Layer Normalization"; gain starts at 1, bias at 0.
 * @throws RangeError if `dim` is no positive integer, `epsilon` isn't above 0, or the last axis of x isn't `dim`.
 * @example new LayerNorm({ dim: 4 }).forward(tf.randomNormal([2, 3, 4])).shape; // [2, 3, 4]
 */
export class LayerNorm {
  readonly gain: tf.Variable<tf.Rank.R1>;
  readonly bias: tf.Variable<tf.Rank.R1>;
  private readonly epsilon: number;

  constructor({ dim, epsilon = 1e-5 }: LayerNormOptions) {
    checkPositiveInteger('build LayerNorm', 'dim', dim);
    if (!(epsilon > 0)) throw new RangeError(`Cannot build LayerNorm as epsilon must be above 0: got ${epsilon}.`);
    this.epsilon = epsilon;
    this.gain = constantWeight<tf.Rank.R1>([dim], 1);
    this.bias = constantWeight<tf.Rank.R1>([dim], 0);
  }

  forward<T extends tf.Tensor>(x: T): T {
    return this.standardize(x).mul(this.gain).add(this.bias) as T;
  }

  /** Without gain and bias: `Linear.forward` takes them into its own weights, which spares passes over x. */
  standardize<T extends tf.Tensor>(x: T): T {
    const [dim] = this.gain.shape;
    if (x.shape.at(-1) !== dim) {
      throw new RangeError(
        `Cannot apply LayerNorm as the last axis of x must be dim=${dim}: got [${x.shape.join(', ')}].`,
      );
    }
    return normalize(x, this.epsilon);
  }
}
