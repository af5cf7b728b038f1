import * as tf from '@tensorflow/tfjs';
import type { ForwardContext, Rng } from '@trimodal/core';
import type { AttentionMask } from './attention-mask';
import { Dropout } from './dropout';
import { LayerNorm } from './layer-norm';
import { Mlp } from './mlp';
import { MultiHeadAttention } from './multi-head-attention';

export type TransformerLayerOptions = {
  dModel: number;
  numHeads: number;
  hiddenDim?: number;
  dropoutRate?: number;
  batchFirst?: boolean;
};

/**
 * Self-attention, then a feed-forward network, each behind a LayerNorm and added to its input.
 *
 * `x += dropout(attention(norm(x)))`, `x += dropout(mlp(norm(x)))`, exact gelu.
 *
 * Shapes: x `[b, t, d]`, mask `[b, t]` (1 = there) -> `[b, t, d]`; masked steps are never attended to, their own rows mean nothing.
 * Source: Vaswani et al. 2017; pre-norm after Xiong et al. 2020, "On Layer Normalization in the Transformer Architecture".
 * Equals PyTorch's `nn.TransformerEncoderLayer(norm_first=True, activation='gelu')`.
 * @param options.hiddenDim Width of the feed-forward network, by default `4 dModel`.
 * @param options.batchFirst False takes and gives `[t, b, d]`, as in MultiHeadAttention.
 * @throws RangeError as MultiHeadAttention does.
 * @example new TransformerLayer({ dModel: 8, numHeads: 2 }, new Rng(1)).forward(x, mask, INFERENCE);
 */
export class TransformerLayer {
  readonly attentionNorm: LayerNorm;
  readonly attention: MultiHeadAttention;
  readonly mlpNorm: LayerNorm;
  readonly mlp: Mlp;
  private readonly dropout: Dropout;
  private readonly timeAxis: 0 | 1;

  constructor(
    { dModel, numHeads, hiddenDim = 4 * dModel, dropoutRate = 0.1, batchFirst = true }: TransformerLayerOptions,
    rng: Rng,
  ) {
    this.timeAxis = batchFirst ? 1 : 0;
    this.attentionNorm = new LayerNorm({ dim: dModel });
    this.attention = new MultiHeadAttention({ dModel, numHeads, dropoutRate, batchFirst }, rng.fork('attention'));
    this.mlpNorm = new LayerNorm({ dim: dModel });
    this.mlp = new Mlp({ inDim: dModel, hiddenDim, outDim: dModel, dropoutRate, activation: 'gelu' }, rng.fork('mlp'));
    this.dropout = new Dropout({ rate: dropoutRate });
  }

  /**
   * @param mask A mask, or what `attentionMask` made of it once for several layers.
   * @param numOutputs Computes only the first tokens, which still read from all; by default all of them.
   */
  forward(
    x: tf.Tensor3D,
    mask: tf.Tensor2D | AttentionMask,
    ctx: ForwardContext,
    numOutputs: number = x.shape[this.timeAxis],
  ): tf.Tensor3D {
    const { attentionNorm, mlpNorm, timeAxis } = this;
    const normed = attentionNorm.standardize(x);
    const norms = { query: attentionNorm, keyValue: attentionNorm };
    const read = this.attention.forward(firstTokens(normed, numOutputs, timeAxis), normed, mask, ctx, norms);
    const attended = firstTokens(x, numOutputs, timeAxis).add<tf.Tensor3D>(this.dropout.forward(read, ctx));
    return attended.add(this.dropout.forward(this.mlp.forward(mlpNorm.standardize(attended), ctx, mlpNorm), ctx));
  }
}

function firstTokens(x: tf.Tensor3D, count: number, timeAxis: 0 | 1): tf.Tensor3D {
  if (count === x.shape[timeAxis]) return x;
  return tf.slice3d(x, [0, 0, 0], timeAxis === 1 ? [-1, count, -1] : [count, -1, -1]);
}
