import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import {
  type Disentangler,
  type Encoder,
  type ForwardContext,
  type Fusion,
  type Head,
  type ModelInputs,
  mapModalities,
  type Parts,
  type PerModality,
  type PrivateBranch,
  type SharedBranch,
  type Tokens,
  valueFor,
} from '@trimodal/core';
import type { MultiLevelReconstruction } from '@trimodal/reconstruction';
import { poolParts } from './pool-parts';

/** The parts of a model, each passed in. */
export type TrimodalParts = {
  readonly encoders: PerModality<Encoder>;
  readonly disentangler: Disentangler;
  readonly sharedBranch: SharedBranch;
  readonly privateBranch: PrivateBranch;
  readonly fusion: Fusion;
  readonly head: Head;
  /** Decodes the whole sample from an incomplete view, for objectives that ask for it; no part of a prediction. */
  readonly reconstruction?: MultiLevelReconstruction | undefined;
  /** Heads on the pooled shared and private branch, for objectives that train each branch alone. */
  readonly branchHeads?: { readonly shared: Head; readonly private: Head } | undefined;
};

/** Everything that a forward pass made; objectives and diagnostics read what they need. */
export type TrimodalOutput = {
  /** `[b, outDim]`: one score, or one logit a class. */
  readonly prediction: Tensor2D;
  readonly tokens: PerModality<Tokens>;
  /** As the disentangler made them. */
  readonly parts: Parts;
  readonly sharedBranch: { readonly shared: PerModality<Tensor3D> };
  readonly privateBranch: { readonly private: PerModality<Tensor3D> };
  readonly fusion: { readonly fused: Tensor2D };
  readonly branchPredictions?: { readonly shared: Tensor2D; readonly private: Tensor2D };
};

/**
 * encoders -> disentangler -> shared and private branch -> fusion -> head.
 *
 * Assembles any instances that meet the contracts of `@trimodal/core`; `buildModel` makes one from plain data.
 *
 * Shapes: features `[b, t_m, d_m]`, mask `[b, t_m]`, present `[b, 3]` -> prediction `[b, outDim]`.
 */
export class TrimodalModel {
  readonly encoders: PerModality<Encoder>;
  readonly disentangler: Disentangler;
  readonly sharedBranch: SharedBranch;
  readonly privateBranch: PrivateBranch;
  readonly fusion: Fusion;
  readonly head: Head;
  readonly reconstruction: TrimodalParts['reconstruction'];
  readonly branchHeads: TrimodalParts['branchHeads'];

  constructor(parts: TrimodalParts) {
    this.encoders = parts.encoders;
    this.disentangler = parts.disentangler;
    this.sharedBranch = parts.sharedBranch;
    this.privateBranch = parts.privateBranch;
    this.fusion = parts.fusion;
    this.head = parts.head;
    this.reconstruction = parts.reconstruction;
    this.branchHeads = parts.branchHeads;
  }

  forward({ features, mask, present }: ModelInputs, ctx: ForwardContext): TrimodalOutput {
    const tokens = mapModalities(this.encoders, (encoder, modality): Tokens => {
      const observed = valueFor(mask, modality);
      const observedShare = observed.mean<Tensor2D>(1, true);
      return { ...encoder.forward(valueFor(features, modality), observed, ctx), observedShare };
    });
    const parts = this.disentangler.forward(tokens, present, ctx);
    const sharedBranch = this.sharedBranch.forward(parts.shared, parts.mask, ctx);
    const privateBranch = this.privateBranch.forward({ ...parts, shared: sharedBranch.shared }, ctx);
    const branches: Parts = { shared: sharedBranch.shared, private: privateBranch.private, mask: parts.mask };
    const fusion = this.fusion.forward(branches, readable(parts) ?? present, ctx);
    const prediction = this.head.forward(fusion.fused, ctx);
    const output = { prediction, tokens, parts, sharedBranch, privateBranch, fusion };
    if (!this.branchHeads) return output;
    const branchPredictions = {
      shared: this.branchHeads.shared.forward(poolParts(branches.shared, parts.mask), ctx),
      private: this.branchHeads.private.forward(poolParts(branches.private, parts.mask), ctx),
    };
    return { ...output, branchPredictions };
  }
}

/** `[b, 3]`, where a disentangler recovers parts of absent modalities: which parts there are to be read. */
function readable(parts: Parts & { readonly partsPresent?: Tensor2D }): Tensor2D | undefined {
  return parts.partsPresent;
}
