import type * as tf from '@tensorflow/tfjs';
import { checkPositiveInteger, checkShape, type ForwardContext, type Rng } from '@trimodal/core';
import { attentionMask } from './attention-mask';
import { LayerNorm } from './layer-norm';
import { TransformerLayer, type TransformerLayerOptions } from './transformer-layer';

export type TransformerEncoderOptions = Omit<TransformerLayerOptions, 'batchFirst'> & { numLayers: number };

/**
 * Transformer layers one after another, then a LayerNorm.
 *
 * Shapes: x `[b, t, d]`, mask `[b, t]` (1 = there) -> `[b, t, d]`; masked steps are never attended to, their own rows mean nothing.
 * Source: Vaswani et al. 2017, in the pre-norm form of TransformerLayer, which needs the last LayerNorm.
 * @throws RangeError if `numLayers` is no positive integer, else as MultiHeadAttention does.
 * @example new TransformerEncoder({ dModel: 8, numHeads: 2, numLayers: 2 }, new Rng(1)).forward(x, mask, INFERENCE);
 */
export class TransformerEncoder {
  readonly layers: readonly TransformerLayer[];
  readonly norm: LayerNorm;

  constructor({ numLayers, ...layer }: TransformerEncoderOptions, rng: Rng) {
    checkPositiveInteger('build TransformerEncoder', 'numLayers', numLayers);
    this.layers = Array.from(
      { length: numLayers },
      (_, i) => new TransformerLayer({ ...layer, batchFirst: false }, rng.fork(`layers.${i}`)),
    );
    this.norm = new LayerNorm({ dim: layer.dModel });
  }

  /** @param numOutputs The last layer computes only the first tokens, which still read from all; by default all of them. */
  forward(x: tf.Tensor3D, mask: tf.Tensor2D, ctx: ForwardContext, numOutputs: number = x.shape[1]): tf.Tensor3D {
    const [batch, time] = x.shape;
    checkShape('apply TransformerEncoder', 'mask', mask, [batch, time]);
    const prepared = attentionMask(mask);
    let tokens = x.transpose<tf.Tensor3D>([1, 0, 2]); // t b d
    for (const [i, layer] of this.layers.entries()) {
      tokens = layer.forward(tokens, prepared, ctx, i === this.layers.length - 1 ? numOutputs : time);
    }
    return this.norm.forward(tokens).transpose([1, 0, 2]);
  }
}
