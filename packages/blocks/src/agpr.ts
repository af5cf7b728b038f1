import * as tf from '@tensorflow/tfjs';
import {
  checkRate,
  type ForwardContext,
  forModalities,
  MODALITIES,
  type Modality,
  mapModalities,
  maskedMean,
  normalize,
  type Parts,
  type PerModality,
  type PrivateBranch,
  type Rng,
  valueFor,
} from '@trimodal/core';
import { AttentionPooling, type AttentionPoolingOutput, Dropout } from '@trimodal/layers';
import { BorrowGate, placeAmongAll, possiblePairs, presentMatrix } from './borrow-gate';
import { joinTokens, splitTime } from './joined-tokens';
import { removeDirections } from './remove-directions';
import { RoutedAttention } from './routed-attention';

export type AnchorGuidedOptions = {
  dModel: number;
  modalities?: readonly Modality[];
  numHeads?: number;
  maxBorrow?: number;
  borrowBias?: number;
  anchor?: 'pooled' | Modality;
  borrow?: 'gated' | 'none' | 'uncontrolled';
  dropoutRate?: number;
};

export type AnchorGuidedOutput = {
  /** The private part with what was borrowed, P' `[b, t_m, d]`. */
  private: PerModality<tf.Tensor3D>;
  /** How much modality m (row) borrows from n (column), `[b, 3, 3]`; 0 on the diagonal and where either is absent. */
  borrow: tf.Tensor3D;
  /** What routing is judged against, a `[b, d]`: the profile of the modality itself, or of the anchor modality. */
  anchors: PerModality<tf.Tensor2D>;
  /** The private part before borrowing, pooled, p `[b, d]`. */
  profiles: PerModality<tf.Tensor2D>;
  /** P' pooled with the weights of the profile, `[b, d]`: equals the profile where nothing was borrowed. */
  pooled: PerModality<tf.Tensor2D>;
  /** The mean of the shared tokens that are there, `[b, d]`; empty if the parts have no shared one. */
  sharedPooled: PerModality<tf.Tensor2D>;
};

/**
 * Lets each private part borrow from the others, within limits: only what is new to it, and only as much as a gate allows.
 *
 * `P'_m = P_m + R_m(sum_n beta_mn attention(P_m, P_n))`, where `R_m` removes the components along the anchor `a_m` and along the
 * pooled shared part, and `beta_mn = maxBorrow sigmoid(MLP [p_m; p_n; a_m * p_n])` starts at `maxBorrow sigmoid(borrowBias)`.
 * Profiles `p_m` pool `P_m` by a learned query; `a_m = p_m`, or the profile of an anchor modality for all.
 *
 * Shapes: parts `[b, t_m, d]`, mask `[b, t_m]` -> see AnchorGuidedOutput. Nothing is borrowed from or by an absent modality.
 * Source: the private branch of DBR (arXiv 2604.25179) as its abstract describes it, "preserves modality-specific patterns while
 * allowing controlled cross-modal borrowing"; the forms are ours. Ours too: no LayerNorm after the sum, so that where every
 * beta is 0 the private part passes bit for bit, and borrowing alone explains each change.
 * @param options.dModel Width d; divisible by numHeads.
 * @param options.maxBorrow The most that may be borrowed from one modality, in [0, 1].
 * @param options.borrowBias Where the gate starts, before the sigmoid.
 * @param options.anchor 'pooled': each modality is its own anchor; or the modality that is everyone's.
 * @param options.borrow Ablation: 'none' borrows nothing and has no weights; 'uncontrolled' fixes every beta at 1.
 * @throws RangeError if dModel isn't divisible by numHeads, maxBorrow is outside [0, 1], or the anchor isn't one of the
 * modalities; TypeError or RangeError if tokens or masks have other shapes.
 * @example
 * const agpr = new AnchorGuidedPrivateRouting({ dModel: 32 }, new Rng(1));
 * const { private: enriched, borrow } = agpr.forward({ shared, private: privateParts, mask }, INFERENCE);
 */
export class AnchorGuidedPrivateRouting implements PrivateBranch<AnchorGuidedOutput> {
  private readonly dModel: number;
  private readonly modalities: readonly Modality[];
  private readonly anchor: 'pooled' | Modality;
  private readonly pooling: PerModality<AttentionPooling>;
  private readonly attention: RoutedAttention | null;
  private readonly gate: BorrowGate | null;
  private readonly dropout: Dropout;

  constructor(
    {
      dModel,
      modalities: asked = MODALITIES,
      numHeads = 4,
      maxBorrow = 0.3,
      borrowBias = -2,
      anchor = 'pooled',
      borrow = 'gated',
      dropoutRate = 0.1,
    }: AnchorGuidedOptions,
    rng: Rng,
  ) {
    const modalities = MODALITIES.filter((modality) => asked.includes(modality)); // in the fixed order
    checkRate('build AnchorGuidedPrivateRouting', 'maxBorrow', maxBorrow);
    if (anchor !== 'pooled' && !modalities.includes(anchor)) {
      throw new RangeError(
        `Cannot build AnchorGuidedPrivateRouting as anchor must be 'pooled' or one of [${modalities.join(', ')}]: got '${anchor}'.`,
      );
    }
    this.dModel = dModel;
    this.modalities = modalities;
    this.anchor = anchor;
    const routes = borrow !== 'none' && modalities.length > 1;
    this.pooling = forModalities(
      routes ? modalities : [],
      (modality) => new AttentionPooling({ dim: dModel }, rng.fork(`pooling.${modality}`)),
    );
    this.attention = routes ? new RoutedAttention({ dModel, modalities, numHeads }, rng.fork('attention')) : null;
    this.gate =
      routes && borrow === 'gated' ? new BorrowGate({ dModel, maxBorrow, borrowBias }, rng.fork('gate')) : null;
    this.dropout = new Dropout({ rate: dropoutRate });
  }

  forward(parts: Parts, ctx: ForwardContext): AnchorGuidedOutput {
    const { modalities } = this;
    const joined = joinTokens('route private parts', parts.private, parts.mask, modalities, this.dModel);
    const own = forModalities(modalities, (modality) => valueFor(parts.private, modality));
    const mask = forModalities(modalities, (modality) => valueFor(parts.mask, modality));
    const profiled = mapModalities(own, (tokens, modality) => this.profile(tokens, valueFor(mask, modality), modality));
    const profiles = mapModalities(profiled, ({ pooled }) => pooled);
    const { anchor } = this;
    const anchors = mapModalities(profiles, (profile) => (anchor === 'pooled' ? profile : valueFor(profiles, anchor)));
    const sharedPooled = mapModalities(parts.shared, (tokens, modality) =>
      maskedMean(tokens, valueFor(parts.mask, modality)),
    );
    if (!this.attention) {
      const borrow = tf.zeros<tf.Rank.R3>([joined.mask.shape[0], MODALITIES.length, MODALITIES.length]);
      return { private: own, borrow, anchors, profiles, pooled: profiles, sharedPooled };
    }

    const pairs = possiblePairs(presentMatrix(mask));
    const beta = this.gate ? this.gate.forward(profiles, anchors, modalities).mul<tf.Tensor3D>(pairs) : pairs;
    const queries = splitTime(normalize(joined.tokens), own, modalities);
    const candidates = this.attention.forward(queries, joined.mask, beta);
    const enriched = mapModalities(own, (tokens, modality) => {
      const known = [valueFor(anchors, modality), sharedPooled[modality]].filter(
        (direction) => direction !== undefined,
      );
      const candidate = this.dropout.forward(valueFor(candidates, modality), ctx);
      return tokens.add(removeDirections(candidate, known).mul(valueFor(mask, modality).expandDims(-1))) as tf.Tensor3D;
    });
    return {
      private: enriched,
      borrow: placeAmongAll(beta, modalities),
      anchors,
      profiles,
      pooled: mapModalities(enriched, (tokens, modality) => weightedSum(tokens, valueFor(profiled, modality).weights)),
      sharedPooled,
    };
  }

  private profile(tokens: tf.Tensor3D, mask: tf.Tensor2D, modality: Modality): AttentionPoolingOutput {
    const pooling = this.pooling[modality];
    if (pooling) return pooling.forward(tokens, mask);
    const weights = mask.div<tf.Tensor2D>(mask.sum(1, true).maximum(tf.scalar(1)));
    return { pooled: weightedSum(tokens, weights), weights };
  }
}

/** tokens `[b, t, d]`, weights `[b, t]` -> `[b, d]`. */
function weightedSum(tokens: tf.Tensor3D, weights: tf.Tensor2D): tf.Tensor2D {
  return tf.matMul(weights.expandDims<tf.Tensor3D>(1), tokens).squeeze([1]);
}

export { anchorPreservation, antiLeakage, borrowCost } from './agpr-terms';
