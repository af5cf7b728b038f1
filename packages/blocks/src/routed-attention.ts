import * as tf from '@tensorflow/tfjs';
import { forModalities, type Modality, mapModalities, type PerModality, type Rng, valueFor } from '@trimodal/core';
import { Linear } from '@trimodal/layers';
import { joinTime, membership, splitTime } from './joined-tokens';

export type RoutedAttentionOptions = { dModel: number; modalities: readonly Modality[]; numHeads: number };

/**
 * Cross-attention from every modality to every other, each pair weighed by how much may be borrowed.
 *
 * `Q_m = outProj_m(sum_n beta_mn softmax(q_m k_n^T / sqrt(dHead)) v_n)`: a softmax for each source, so that a weak one isn't
 * drowned by a strong one, computed in one product over the tokens of all modalities. No bias anywhere: where every beta
 * is 0, Q is 0. Queries, keys and values are projections of a modality's own, as private spaces differ.
 *
 * Shapes: joined tokens `[b, sum of t, d]`, beta `[b, M, M]` -> joined `[b, sum of t, d]`.
 */
export class RoutedAttention {
  private readonly dModel: number;
  private readonly numHeads: number;
  private readonly modalities: readonly Modality[];
  /** Query, key and value in one product. */
  private readonly inProj: PerModality<Linear>;
  private readonly outProj: PerModality<Linear>;

  constructor({ dModel, modalities, numHeads }: RoutedAttentionOptions, rng: Rng) {
    if (dModel % numHeads !== 0) {
      throw new RangeError(
        `Cannot build RoutedAttention as dModel must be divisible by numHeads: got dModel=${dModel}, numHeads=${numHeads}.`,
      );
    }
    this.dModel = dModel;
    this.numHeads = numHeads;
    this.modalities = modalities;
    const project = (name: string, outDim: number) =>
      forModalities(
        modalities,
        (modality) => new Linear({ inDim: dModel, outDim, useBias: false }, rng.fork(`${name}.${modality}`)),
      );
    this.inProj = project('inProj', 3 * dModel);
    this.outProj = project('outProj', dModel);
  }

  forward(tokens: PerModality<tf.Tensor3D>, mask: tf.Tensor2D, beta: tf.Tensor3D): PerModality<tf.Tensor3D> {
    const { modalities } = this;
    const [batch, time] = mask.shape;
    const owners = membership(tokens, modalities); // M T
    const projected = joinTime(
      mapModalities(this.inProj, (proj, modality) => proj.forward(valueFor(tokens, modality))),
      modalities,
    ); // b T 3d
    const [q, k, v] = (tf.split(projected, 3, -1) as tf.Tensor3D[]).map((x) => this.splitHeads(x)) as [
      tf.Tensor4D,
      tf.Tensor4D,
      tf.Tensor4D,
    ];
    const scores = tf
      .matMul(q.mul(Math.sqrt(this.numHeads / this.dModel)), k, false, true) // b h T T
      .add(mask.sub(1).mul(1e9).reshape([batch, 1, 1, time]));
    const perSource = modalities.map((modality) => valueFor(tokens, modality).shape[1]);
    const attention = tf.concat(
      tf.split(scores, perSource, -1).map((block) => tf.softmax(block)),
      -1,
    );
    const share = sharePerToken(beta, owners, mask).reshape([batch, 1, time, time]);
    const mixed = tf.matMul(attention.mul(share), v); // b h T d/h
    const joined = mixed.transpose([0, 2, 1, 3]).reshape<tf.Tensor3D>([batch, time, this.dModel]);
    const mixtures = splitTime(joined, tokens, modalities);
    return mapModalities(this.outProj, (proj, modality) => proj.forward(valueFor(mixtures, modality)));
  }

  private splitHeads(x: tf.Tensor3D): tf.Tensor4D {
    const [batch, time] = x.shape;
    return x.reshape<tf.Tensor4D>([batch, time, this.numHeads, this.dModel / this.numHeads]).transpose([0, 2, 1, 3]);
  }
}

/** How much each token may take from each, 0 from those that aren't there: beta `[b, M, M]`, owners `[M, T]` -> `[b, T, T]`. */
function sharePerToken(beta: tf.Tensor3D, owners: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor3D {
  const [size, time] = owners.shape;
  const bySource = tf.matMul(beta.transpose([0, 2, 1]).reshape([-1, size]), owners).reshape([-1, size, time]); // b n Tq
  const keys = mask.expandDims(1).mul(owners); // b n Tk
  return tf.matMul(bySource as tf.Tensor3D, keys as tf.Tensor3D, true);
}
