import * as tf from '@tensorflow/tfjs';
import {
  anyPresent,
  cosineSimilarity,
  type ForwardContext,
  forModalities,
  MODALITIES,
  type Modality,
  mapModalities,
  maskedMean,
  modalitiesOf,
  type PerModality,
  type Rng,
  type SharedBranch,
  valueFor,
} from '@trimodal/core';
import { Linear } from '@trimodal/layers';
import { weightedMean } from '@trimodal/losses';
import { joinTime, joinTokens, membership, splitTime } from './joined-tokens';
import { StructuralPath } from './structural-path';
import { TemporalPath } from './temporal-path';

export type TemporalStructuralOptions = {
  dModel: number;
  modalities?: readonly Modality[];
  numHeads?: number;
  kernelSize?: number;
  dilations?: readonly number[];
  temporal?: 'conv' | 'gru';
  paths?: 'both' | 'temporal' | 'structural';
  gate?: 'learned' | 'half';
  dropoutRate?: number;
};

export type TemporalStructuralOutput = {
  /** The rewritten shared part Z. */
  shared: PerModality<tf.Tensor3D>;
  /** What the temporal path adds, T; empty if the path is off. */
  temporal: PerModality<tf.Tensor3D>;
  /** What the structural path adds, S; empty if the path is off. */
  structural: PerModality<tf.Tensor3D>;
  /** The share of T in each channel of each token: 1 for the temporal path alone, 0 for the structural one alone. */
  gates: PerModality<tf.Tensor3D>;
};

/**
 * Splits the shared part into what its order says and what its tokens say of one another, and mixes the two by a gate.
 *
 * `Z = x + g T + (1 - g) S`, `g = sigmoid(W [T; S] + b)` for each token and channel. The temporal path T reads one modality's
 * tokens and first differences in order; the structural path S is self-attention over the tokens of all modalities without
 * positions, so that reordering time reorders S and changes T.
 *
 * Shapes: shared `[b, t_m, d]`, mask `[b, t_m]` -> every output `[b, t_m, d]`; 0 at tokens that aren't there (gates excepted).
 * Source: the shared branch of DBR (arXiv 2604.25179) as its abstract describes it, "temporal evolution from structural
 * dependencies, integrated adaptively"; the forms are ours. Ours too: the residual lies around both paths rather than inside
 * one, so that T and S have no common term and their overlap can fall to 0; without any path Z would be x.
 * @param options.dModel Width d; divisible by numHeads.
 * @param options.dilations Of the depthwise convolutions, one layer each.
 * @param options.temporal 'conv' or 'gru'.
 * @param options.paths Ablation: one path alone.
 * @param options.gate Ablation: 'half' fixes the gate at 0.5.
 * @throws RangeError if dModel isn't divisible by numHeads; TypeError or RangeError if tokens or masks have other shapes.
 * @example
 * const tsf = new TemporalStructuralFactorization({ dModel: 32 }, new Rng(1));
 * const { shared } = tsf.forward({ text, audio, vision }, { text: textMask, audio: audioMask, vision: visionMask }, INFERENCE);
 */
export class TemporalStructuralFactorization implements SharedBranch<TemporalStructuralOutput> {
  private readonly dModel: number;
  private readonly modalities: readonly Modality[];
  private readonly temporalPaths: PerModality<TemporalPath>;
  private readonly structuralPath: StructuralPath | null;
  private readonly gate: Linear | null;

  constructor(
    {
      dModel,
      modalities: asked = MODALITIES,
      numHeads = 4,
      kernelSize = 3,
      dilations = [1, 2, 4],
      temporal = 'conv',
      paths = 'both',
      gate = 'learned',
      dropoutRate = 0.1,
    }: TemporalStructuralOptions,
    rng: Rng,
  ) {
    const modalities = MODALITIES.filter((modality) => asked.includes(modality)); // in the fixed order
    this.dModel = dModel;
    this.modalities = modalities;
    this.temporalPaths = forModalities(
      paths === 'structural' ? [] : modalities,
      (modality) =>
        new TemporalPath(
          { dModel, kernelSize, dilations, temporal, dropoutRate },
          rng.fork(`temporalPaths.${modality}`),
        ),
    );
    this.structuralPath =
      paths === 'temporal'
        ? null
        : new StructuralPath({ dModel, modalities, numHeads, dropoutRate }, rng.fork('structuralPath'));
    this.gate =
      paths === 'both' && gate === 'learned'
        ? new Linear({ inDim: 2 * dModel, outDim: dModel }, rng.fork('gate'))
        : null;
  }

  forward(
    shared: PerModality<tf.Tensor3D>,
    mask: PerModality<tf.Tensor2D>,
    ctx: ForwardContext,
  ): TemporalStructuralOutput {
    const { modalities } = this;
    const joined = joinTokens('factorise time and structure', shared, mask, modalities, this.dModel);
    const x = joined.tokens; // b T d, T the steps of all modalities
    const tokens = splitTime(x, shared, modalities);
    const temporal = mapModalities(this.temporalPaths, (path, modality) =>
      path.forward(valueFor(tokens, modality), valueFor(mask, modality), ctx),
    );
    const t = modalitiesOf(temporal).length > 0 ? joinTime(temporal, modalities) : null;
    const s = this.structuralPath?.forward(joined, membership(shared, modalities), ctx) ?? null;
    const g = this.gateOf(x, t, s);
    const mixed = t && s ? s.add(g.mul(t.sub(s))) : (t ?? s)!;
    return {
      shared: splitTime(x.add(mixed), shared, modalities),
      temporal,
      structural: s ? splitTime(s, shared, modalities) : {},
      gates: splitTime(g, shared, modalities),
    };
  }

  private gateOf(x: tf.Tensor3D, t: tf.Tensor3D | null, s: tf.Tensor3D | null): tf.Tensor3D {
    if (!t || !s) return tf.fill(x.shape, t ? 1 : 0);
    return this.gate ? tf.sigmoid(this.gate.forward(tf.concat([t, s], -1))) : tf.fill(x.shape, 0.5);
  }
}

/**
 * How much the two paths say the same: the squared cosine of their pooled outputs, averaged over what is there.
 *
 * `mean cos(pool T_m, pool S_m)^2` over samples and modalities; 0 if one of the paths is off.
 *
 * Shapes: mask `[b, t_m]` -> scalar in [0, 1].
 * Source: ours.
 */
export function temporalStructuralOverlap(
  { temporal, structural }: Pick<TemporalStructuralOutput, 'temporal' | 'structural'>,
  mask: PerModality<tf.Tensor2D>,
): tf.Scalar {
  const modalities = modalitiesOf(temporal).filter((modality) => structural[modality]);
  if (modalities.length === 0) return tf.scalar(0);
  const pool = (xs: PerModality<tf.Tensor3D>) =>
    tf.stack(
      modalities.map((modality) => maskedMean(valueFor(xs, modality), valueFor(mask, modality))),
      1,
    ); // b m d
  const there = tf.concat(
    modalities.map((modality) => anyPresent(valueFor(mask, modality))),
    1,
  ); // b m
  return weightedMean(cosineSimilarity(pool(temporal), pool(structural)).square(), there);
}
