import * as tf from '@tensorflow/tfjs';
import { checkPositiveInteger, type Rng } from '@trimodal/core';
import type { LayerNorm } from './layer-norm';
import { uniformWeight } from './weights';

export type LinearOptions = { inDim: number; outDim: number; useBias?: boolean };

/**
 * An affine map of the last axis.
 *
 * `y = x weight + bias`; all leading axes are flattened into one matrix product.
 *
 * Shapes: x `[..., inDim]` -> `[..., outDim]`.
 * Source: PyTorch's `nn.Linear`, initialisation included: U(-1/sqrt(inDim), 1/sqrt(inDim)) for both. Its weight is ours transposed.
 * @param options.useBias False leaves `bias` null.
 * @throws RangeError if a size is no positive integer, or if the last axis of x isn't `inDim`.
 * @example new Linear({ inDim: 4, outDim: 5 }, new Rng(1)).forward(tf.zeros([2, 3, 4])).shape; // [2, 3, 5]
 */
export class Linear {
  readonly inDim: number;
  readonly outDim: number;
  readonly weight: tf.Variable<tf.Rank.R2>;
  readonly bias: tf.Variable<tf.Rank.R1> | null;

  constructor({ inDim, outDim, useBias = true }: LinearOptions, rng: Rng) {
    checkPositiveInteger('build Linear', 'inDim', inDim);
    checkPositiveInteger('build Linear', 'outDim', outDim);
    this.inDim = inDim;
    this.outDim = outDim;
    const bound = 1 / Math.sqrt(inDim);
    this.weight = uniformWeight<tf.Rank.R2>([inDim, outDim], bound, rng.fork('weight'));
    this.bias = useBias ? uniformWeight<tf.Rank.R1>([outDim], bound, rng.fork('bias')) : null;
  }

  /**
   * @param norm The normalisation that x comes from by `standardize`; its gain and bias are applied here:
   * `x (gain * weight) + (norm.bias weight + bias)`, which is `forward(norm.forward(...))` with no pass over x.
   */
  forward<T extends tf.Tensor>(x: T, norm?: LayerNorm): T {
    const leading = x.shape.slice(0, -1);
    if (x.shape.at(-1) !== this.inDim) {
      throw new RangeError(
        `Cannot apply Linear as the last axis of x must be inDim=${this.inDim}: got [${x.shape.join(', ')}].`,
      );
    }
    const { weight, bias } = norm ? this.weightsAfter(norm) : this;
    const product = (x.rank === 2 ? x : x.reshape([-1, this.inDim])).matMul(weight); // n outDim
    const output = bias ? product.add(bias) : product;
    return (x.rank === 2 ? output : output.reshape([...leading, this.outDim])) as T;
  }

  private weightsAfter(norm: LayerNorm): { weight: tf.Tensor2D; bias: tf.Tensor1D } {
    const shift = tf.matMul(norm.bias.expandDims<tf.Tensor2D>(0), this.weight).squeeze<tf.Tensor1D>([0]);
    return {
      weight: this.weight.mul(norm.gain.expandDims(1)),
      bias: this.bias ? shift.add(this.bias) : shift,
    };
  }
}
