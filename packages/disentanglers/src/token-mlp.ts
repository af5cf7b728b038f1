import type * as tf from '@tensorflow/tfjs';
import type { ForwardContext, Rng } from '@trimodal/core';
import { LayerNorm, Mlp } from '@trimodal/layers';

export type TokenMlpOptions = { dModel: number; hiddenDim: number; dropoutRate: number };

/**
 * An encoder that looks at one token at a time: `LN(MLP(x))`, gelu.
 *
 * Shapes: x `[b, t, d]` -> `[b, t, d]`.
 */
export class TokenMlp {
  private readonly mlp: Mlp;
  private readonly norm: LayerNorm;

  constructor({ dModel, hiddenDim, dropoutRate }: TokenMlpOptions, rng: Rng) {
    this.mlp = new Mlp({ inDim: dModel, hiddenDim, outDim: dModel, dropoutRate, activation: 'gelu' }, rng.fork('mlp'));
    this.norm = new LayerNorm({ dim: dModel });
  }

  forward(x: tf.Tensor3D, _mask: tf.Tensor2D, ctx: ForwardContext): tf.Tensor3D {
    return this.norm.forward(this.mlp.forward(x, ctx));
  }
}
