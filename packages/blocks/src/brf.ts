import * as tf from '@tensorflow/tfjs';
import {
  type ForwardContext,
  type Fusion,
  MODALITIES,
  type Modality,
  normalize,
  type Parts,
  type Rng,
} from '@trimodal/core';
import {
  type AttentionMask,
  AttentionPooling,
  attentionMask,
  Dropout,
  Mlp,
  MultiHeadAttention,
} from '@trimodal/layers';
import { joinTokens } from './joined-tokens';

export type BidirectionalRebalancingOptions = {
  dModel: number;
  modalities?: readonly Modality[];
  numHeads?: number;
  directions?: 'both' | 'shared-to-private' | 'private-to-shared' | 'none';
  weighting?: 'context' | 'half';
  dropoutRate?: number;
};

export type BidirectionalRebalancingOutput = {
  /** `weights_0 shared + weights_1 private`, `[b, d]`. */
  fused: tf.Tensor2D;
  /** Of the shared and the private branch, `[b, 2]`; rows sum to 1. */
  weights: tf.Tensor2D;
  /** The enriched shared branch, pooled, `[b, d]`. */
  shared: tf.Tensor2D;
  /** The enriched private branch, pooled, `[b, d]`. */
  private: tf.Tensor2D;
};

/**
 * Lets the shared and the private branch read each other, then weighs the two by the context they make together.
 *
 * `S' = S + attention(S, P)`, `P' = P + attention(P, S)` over the tokens of all modalities; `z`, `p` their pooled tokens;
 * `w = softmax(MLP [z; p; |z - p|; z * p])`, `fused = w_0 z + w_1 p`.
 *
 * Shapes: parts `[b, t_m, d]`, mask `[b, t_m]` -> fused `[b, d]`, weights `[b, 2]`; a sample of which nothing is there gives 0.
 * Source: the fusion of DBR (arXiv 2604.25179) as its abstract describes it, "reunifies the two in a context-aware manner";
 * the forms are ours.
 * @param options.dModel Width d; divisible by numHeads.
 * @param options.directions Ablation: who reads whom; a branch that reads nothing is pooled as it came.
 * @param options.weighting Ablation: 'half' weighs both branches by 0.5.
 * @throws RangeError if dModel isn't divisible by numHeads; TypeError or RangeError if tokens or masks have other shapes.
 * @example
 * const brf = new BidirectionalRebalancingFusion({ dModel: 32 }, new Rng(1));
 * const { fused, weights } = brf.forward({ shared, private: privateParts, mask }, present, INFERENCE);
 */
export class BidirectionalRebalancingFusion implements Fusion<BidirectionalRebalancingOutput> {
  readonly outDim: number;
  private readonly modalities: readonly Modality[];
  private readonly sharedToPrivate: MultiHeadAttention | null;
  private readonly privateToShared: MultiHeadAttention | null;
  private readonly sharedPooling: AttentionPooling;
  private readonly privatePooling: AttentionPooling;
  private readonly context: Mlp | null;
  private readonly dropout: Dropout;

  constructor(
    {
      dModel,
      modalities: asked = MODALITIES,
      numHeads = 4,
      directions = 'both',
      weighting = 'context',
      dropoutRate = 0.1,
    }: BidirectionalRebalancingOptions,
    rng: Rng,
  ) {
    this.outDim = dModel;
    this.modalities = MODALITIES.filter((modality) => asked.includes(modality)); // in the fixed order
    const attention = (direction: typeof directions, field: string) =>
      directions === 'both' || directions === direction
        ? new MultiHeadAttention({ dModel, numHeads }, rng.fork(field))
        : null;
    this.sharedToPrivate = attention('shared-to-private', 'sharedToPrivate');
    this.privateToShared = attention('private-to-shared', 'privateToShared');
    this.sharedPooling = new AttentionPooling({ dim: dModel }, rng.fork('sharedPooling'));
    this.privatePooling = new AttentionPooling({ dim: dModel }, rng.fork('privatePooling'));
    this.context =
      weighting === 'context'
        ? new Mlp({ inDim: 4 * dModel, hiddenDim: dModel, outDim: 2, dropoutRate }, rng.fork('context'))
        : null;
    this.dropout = new Dropout({ rate: dropoutRate });
  }

  forward(parts: Parts, _present: tf.Tensor2D, ctx: ForwardContext): BidirectionalRebalancingOutput {
    const join = (tokens: Parts['shared']) =>
      joinTokens('rebalance branches', tokens, parts.mask, this.modalities, this.outDim);
    const shared = join(parts.shared);
    const privatePart = join(parts.private);
    const keys = attentionMask(shared.mask);
    const normed = { shared: normalize(shared.tokens), private: normalize(privatePart.tokens) };
    const enriched = {
      shared: this.read(this.privateToShared, shared.tokens, normed.shared, normed.private, keys, ctx),
      private: this.read(this.sharedToPrivate, privatePart.tokens, normed.private, normed.shared, keys, ctx),
    };
    const z = this.sharedPooling.forward(enriched.shared, shared.mask).pooled;
    const p = this.privatePooling.forward(enriched.private, shared.mask).pooled;
    const weights = this.weigh(z, p, ctx);
    const [sharedWeight, privateWeight] = tf.split(weights, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
    return { fused: z.mul(sharedWeight).add(p.mul(privateWeight)), weights, shared: z, private: p };
  }

  /** tokens with what their queries find in the source. */
  private read(
    attention: MultiHeadAttention | null,
    tokens: tf.Tensor3D,
    query: tf.Tensor3D,
    source: tf.Tensor3D,
    sourceMask: AttentionMask,
    ctx: ForwardContext,
  ): tf.Tensor3D {
    if (!attention) return tokens;
    return tokens.add(this.dropout.forward(attention.forward(query, source, sourceMask, ctx), ctx));
  }

  private weigh(z: tf.Tensor2D, p: tf.Tensor2D, ctx: ForwardContext): tf.Tensor2D {
    if (!this.context) return tf.fill([z.shape[0], 2], 0.5);
    const context = tf.concat([z, p, z.sub(p).abs(), z.mul(p)], 1); // b 4d
    return tf.softmax(this.context.forward(context as tf.Tensor2D, ctx));
  }
}
