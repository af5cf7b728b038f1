import type * as tf from '@tensorflow/tfjs';
import { type ForwardContext, gelu, type Rng } from '@trimodal/core';
import { Dropout } from './dropout';
import type { LayerNorm } from './layer-norm';
import { Linear } from './linear';

export type Activation = 'relu' | 'gelu' | 'tanh';
export type MlpOptions = {
  inDim: number;
  hiddenDim: number;
  outDim: number;
  dropoutRate?: number;
  activation?: Activation;
};

function activate<T extends tf.Tensor>(x: T, activation: Activation): T {
  if (activation === 'gelu') return gelu(x);
  return activation === 'tanh' ? x.tanh() : x.relu();
}

/**
 * A perceptron with one hidden layer.
 *
 * `y = outProj(dropout(activation(inProj(x))))`
 *
 * Shapes: x `[..., inDim]` -> `[..., outDim]`.
 * @param options.activation `gelu` is the exact form.
 * @throws RangeError if a size is no positive integer, a rate is outside [0, 1] or the activation is unknown.
 * @example new Mlp({ inDim: 4, hiddenDim: 6, outDim: 5 }, new Rng(1)).forward(tf.zeros([2, 4]), INFERENCE).shape; // [2, 5]
 */
export class Mlp {
  readonly inProj: Linear;
  readonly outProj: Linear;
  private readonly dropout: Dropout;
  private readonly activation: Activation;

  constructor({ inDim, hiddenDim, outDim, dropoutRate = 0, activation = 'relu' }: MlpOptions, rng: Rng) {
    if (!['relu', 'gelu', 'tanh'].includes(activation)) {
      throw new RangeError(`Cannot build Mlp as activation must be 'relu', 'gelu' or 'tanh': got '${activation}'.`);
    }
    this.inProj = new Linear({ inDim, outDim: hiddenDim }, rng.fork('inProj'));
    this.outProj = new Linear({ inDim: hiddenDim, outDim }, rng.fork('outProj'));
    this.dropout = new Dropout({ rate: dropoutRate });
    this.activation = activation;
  }

  /** @param norm The normalisation that x comes from by `standardize`, as in `Linear.forward`. */
  forward<T extends tf.Tensor>(x: T, ctx: ForwardContext, norm?: LayerNorm): T {
    const hidden = activate(this.inProj.forward(x, norm), this.activation);
    return this.outProj.forward(this.dropout.forward(hidden, ctx));
  }
}
