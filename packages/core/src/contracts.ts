import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import type { ForwardContext } from './forward-context';
import type { PerModality } from './modalities';

/** What a model sees of a batch: features `[b, t_m, d_m]`, mask `[b, t_m]` and present `[b, 3]`, 1 = there. */
export type ModelInputs = {
  readonly features: PerModality<Tensor3D>;
  readonly mask: PerModality<Tensor2D>;
  readonly present: Tensor2D;
};

/** Tokens `[b, t, d]` of one modality and which of them are there `[b, t]`. */
export type Tokens = {
  readonly tokens: Tensor3D;
  readonly mask: Tensor2D;
  /** `[b, 1]`, the share of the padded steps that was observed; a model adds it to what an encoder returns. */
  readonly observedShare?: Tensor2D;
};

/** The parts that a disentangler makes of each modality, all `[b, t_m, d]`, and which tokens are there. */
export type Parts = {
  readonly shared: PerModality<Tensor3D>;
  readonly private: PerModality<Tensor3D>;
  /** `[b, t_m]`, 1 = there. */
  readonly mask: PerModality<Tensor2D>;
};

/** features `[b, t, dIn]`, mask `[b, t]` -> tokens `[b, t', d]`, mask `[b, t']`. */
export interface Encoder {
  forward(features: Tensor3D, mask: Tensor2D, ctx: ForwardContext): Tokens;
}

/** tokens of every modality -> shared and private parts, and whatever its objective needs. */
export interface Disentangler<Output extends Parts = Parts> {
  forward(tokens: PerModality<Tokens>, present: Tensor2D, ctx: ForwardContext): Output;
}

/** Rewrites the shared part of every modality; shapes stay. */
export interface SharedBranch<
  Output extends { readonly shared: PerModality<Tensor3D> } = { readonly shared: PerModality<Tensor3D> },
> {
  forward(shared: PerModality<Tensor3D>, mask: PerModality<Tensor2D>, ctx: ForwardContext): Output;
}

/** Rewrites the private part of every modality, in sight of the shared one; shapes stay. */
export interface PrivateBranch<
  Output extends { readonly private: PerModality<Tensor3D> } = { readonly private: PerModality<Tensor3D> },
> {
  forward(parts: Parts, ctx: ForwardContext): Output;
}

/** Parts of every modality -> one vector a sample, `fused [b, outDim]`. */
export interface Fusion<Output extends { readonly fused: Tensor2D } = { readonly fused: Tensor2D }> {
  /** Width of `fused`. */
  readonly outDim: number;
  forward(parts: Parts, present: Tensor2D, ctx: ForwardContext): Output;
}

/** A vector a sample -> prediction `[b, outDim]`: one score, or one logit a class. */
export interface Head {
  forward(fused: Tensor2D, ctx: ForwardContext): Tensor2D;
}

/** A named scalar of an objective. */
export type LossTerms = Readonly<Record<string, Tensor>>;
