import type * as tf from '@tensorflow/tfjs';
import type { ForwardContext, Rng } from '@trimodal/core';
import { LayerNorm, Mlp } from '@trimodal/layers';

export type ExpertOptions = { dModel: number; hiddenDim?: number; dropoutRate?: number };

/**
 * One expert: a perceptron with a residual, which looks at one token at a time.
 *
 * `y = x + outProj(dropout(gelu(inProj(norm(x)))))`
 *
 * Shapes: x `[..., d]` -> `[..., d]`.
 * Source: the feed-forward half of a pre-norm transformer layer; that an expert of DERL (arXiv 2602.01833) has this form is ours.
 * @param options.hiddenDim Width of the hidden layer, by default `2 dModel`.
 * @throws RangeError if a size is no positive integer or dropoutRate is outside [0, 1].
 * @example new Expert({ dModel: 4 }, new Rng(1)).forward(tf.zeros([2, 3, 4]), INFERENCE).shape; // [2, 3, 4]
 */
export class Expert {
  readonly norm: LayerNorm;
  readonly mlp: Mlp;

  constructor({ dModel, hiddenDim = 2 * dModel, dropoutRate = 0.1 }: ExpertOptions, rng: Rng) {
    this.norm = new LayerNorm({ dim: dModel });
    this.mlp = new Mlp({ inDim: dModel, hiddenDim, outDim: dModel, dropoutRate, activation: 'gelu' }, rng.fork('mlp'));
  }

  forward<T extends tf.Tensor>(x: T, ctx: ForwardContext): T {
    return x.add(this.mlp.forward(this.norm.standardize(x), ctx, this.norm));
  }
}
