import type * as tf from '@tensorflow/tfjs';
import type { ForwardContext, Rng } from '@trimodal/core';
import type { AttentionMask } from './attention-mask';
import { Dropout } from './dropout';
import { LayerNorm } from './layer-norm';
import { Mlp } from './mlp';
import { MultiHeadAttention } from './multi-head-attention';
import type { TransformerLayerOptions } from './transformer-layer';

/**
 * Tokens read from another sequence, then pass a feed-forward network; each step behind a LayerNorm and added to its input.
 *
 * `x += dropout(attention(norm(x), norm(source)))`, `x += dropout(mlp(norm(x)))`, exact gelu.
 *
 * Shapes: x `[b, tq, d]`, source `[b, tk, d]`, sourceMask `[b, tk]` (1 = there) -> `[b, tq, d]`.
 * A sample whose source is absent keeps x through the attention: nothing flows in.
 * Source: the crossmodal block of Tsai et al. 2019, "Multimodal Transformer for Unaligned Multimodal Language Sequences"; gelu is ours.
 * @param options.hiddenDim Width of the feed-forward network, by default `4 dModel`.
 * @param options.batchFirst False takes and gives `[t, b, d]`, as in MultiHeadAttention.
 * @throws RangeError as MultiHeadAttention does.
 * @example new CrossAttentionLayer({ dModel: 8, numHeads: 2 }, new Rng(1)).forward(text, audio, audioMask, INFERENCE);
 */
export class CrossAttentionLayer {
  readonly queryNorm: LayerNorm;
  readonly sourceNorm: LayerNorm;
  readonly attention: MultiHeadAttention;
  readonly mlpNorm: LayerNorm;
  readonly mlp: Mlp;
  private readonly dropout: Dropout;

  constructor(
    { dModel, numHeads, hiddenDim = 4 * dModel, dropoutRate = 0.1, batchFirst = true }: TransformerLayerOptions,
    rng: Rng,
  ) {
    this.queryNorm = new LayerNorm({ dim: dModel });
    this.sourceNorm = new LayerNorm({ dim: dModel });
    this.attention = new MultiHeadAttention({ dModel, numHeads, dropoutRate, batchFirst }, rng.fork('attention'));
    this.mlpNorm = new LayerNorm({ dim: dModel });
    this.mlp = new Mlp({ inDim: dModel, hiddenDim, outDim: dModel, dropoutRate, activation: 'gelu' }, rng.fork('mlp'));
    this.dropout = new Dropout({ rate: dropoutRate });
  }

  /** @param sourceMask A mask, or what `attentionMask` made of it once for several layers. */
  forward(
    x: tf.Tensor3D,
    source: tf.Tensor3D,
    sourceMask: tf.Tensor2D | AttentionMask,
    ctx: ForwardContext,
  ): tf.Tensor3D {
    const { queryNorm, sourceNorm, mlpNorm } = this;
    const norms = { query: queryNorm, keyValue: sourceNorm };
    const [queries, keys] = [queryNorm.standardize(x), sourceNorm.standardize(source)];
    const attended = x.add<tf.Tensor3D>(
      this.dropout.forward(this.attention.forward(queries, keys, sourceMask, ctx, norms), ctx),
    );
    return attended.add(this.dropout.forward(this.mlp.forward(mlpNorm.standardize(attended), ctx, mlpNorm), ctx));
  }
}
