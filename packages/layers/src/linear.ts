import type * as tf from '@tensorflow/tfjs';
import { checkPositiveInteger, type Rng } from '@trimodal/core';
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

  forward<T extends tf.Tensor>(x: T): T {
    const leading = x.shape.slice(0, -1);
    if (x.shape.at(-1) !== this.inDim) {
      throw new RangeError(
        `Cannot apply Linear as the last axis of x must be inDim=${this.inDim}: got [${x.shape.join(', ')}].`,
      );
    }
    const product = (x.rank === 2 ? x : x.reshape([-1, this.inDim])).matMul(this.weight); // n outDim
    const output = this.bias ? product.add(this.bias) : product;
    return (x.rank === 2 ? output : output.reshape([...leading, this.outDim])) as T;
  }
}
