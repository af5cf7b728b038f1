import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import {
  type Disentangler,
  type ForwardContext,
  forModalities,
  MODALITIES,
  type Modality,
  mapModalities,
  type Parts,
  type PerModality,
  type Rng,
  type Tokens,
  valueFor,
} from '@trimodal/core';
import { Linear } from '@trimodal/layers';

export type MyDisentanglerOptions = { dModel: number; modalities?: readonly Modality[] };

/**
 * Splits the tokens of each modality into a shared part, by one projection for all, and a private one, by its own.
 *
 * `shared_m = mask_m tanh(W x_m)`, `private_m = mask_m tanh(V_m x_m)`
 *
 * Shapes: tokens `[b, t_m, d]`, mask `[b, t_m]`, present `[b, 3]` (1 = there) -> shared and private `[b, t_m, d]`; the same masks.
 * @param options.dModel Width d; a positive integer.
 * @param options.modalities The modalities of the model, all three unless told.
 * @throws RangeError if d is no positive integer, or a modality is missing or of another width.
 */
export class MyDisentangler implements Disentangler {
  // fields are the tree of weights: these are `sharedProj.weight`, ..., `privateProj.text.weight`, ...
  private readonly sharedProj: Linear;
  private readonly privateProj: PerModality<Linear>;

  constructor({ dModel, modalities = MODALITIES }: MyDisentanglerOptions, rng: Rng) {
    this.sharedProj = new Linear({ inDim: dModel, outDim: dModel }, rng.fork('sharedProj'));
    this.privateProj = forModalities(
      modalities,
      (modality) => new Linear({ inDim: dModel, outDim: dModel }, rng.fork(`privateProj.${modality}`)),
    );
  }

  forward(tokens: PerModality<Tokens>, _present: Tensor2D, _ctx: ForwardContext): Parts {
    const project = (proj: Linear, modality: Modality) => {
      const own = valueFor(tokens, modality);
      return proj.forward(own.tokens).tanh().mul<Tensor3D>(own.mask.expandDims(-1)); // b t d
    };
    return {
      shared: mapModalities(this.privateProj, (_, modality) => project(this.sharedProj, modality)),
      private: mapModalities(this.privateProj, project),
      mask: mapModalities(this.privateProj, (_, modality) => valueFor(tokens, modality).mask),
    };
  }
}
