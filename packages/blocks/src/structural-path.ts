import * as tf from '@tensorflow/tfjs';
import { type ForwardContext, type Modality, normalize, type Rng } from '@trimodal/core';
import { Dropout, MultiHeadAttention, normalWeight } from '@trimodal/layers';
import type { JoinedTokens } from './joined-tokens';

export type StructuralPathOptions = {
  dModel: number;
  modalities: readonly Modality[];
  numHeads: number;
  dropoutRate: number;
};

const EMBEDDING_STD = 0.02;

/**
 * How the tokens of all modalities depend on one another, whatever their order: self-attention without positions.
 *
 * `S = attention(LN(x) + e_m)`; the embedding `e_m` tells the modalities apart.
 *
 * Shapes: joined tokens `[b, sum of t, d]` -> `[b, sum of t, d]`; 0 at tokens that aren't there.
 */
export class StructuralPath {
  private readonly modalityEmbedding: tf.Variable<tf.Rank.R2>; // modalities d
  private readonly attention: MultiHeadAttention;
  private readonly dropout: Dropout;

  constructor({ dModel, modalities, numHeads, dropoutRate }: StructuralPathOptions, rng: Rng) {
    this.modalityEmbedding = normalWeight([modalities.length, dModel], EMBEDDING_STD, rng.fork('modalityEmbedding'));
    this.attention = new MultiHeadAttention({ dModel, numHeads }, rng.fork('attention'));
    this.dropout = new Dropout({ rate: dropoutRate });
  }

  /** @param owners Which modality each token is of, `[modalities, sum of t]`. */
  forward({ tokens, mask }: JoinedTokens, owners: tf.Tensor2D, ctx: ForwardContext): tf.Tensor3D {
    const x = normalize(tokens).add(tf.matMul(owners, this.modalityEmbedding, true)) as tf.Tensor3D;
    return this.dropout.forward(this.attention.forward(x, x, mask, ctx), ctx).mul(mask.expandDims(-1)) as tf.Tensor3D;
  }
}
