import * as tf from '@tensorflow/tfjs';
import {
  type ForwardContext,
  forModalities,
  MODALITIES,
  type Modality,
  mapModalities,
  type Parts,
  type PerModality,
  type PrivateBranch,
  type Rng,
  valueFor,
} from '@trimodal/core';
import { Linear } from '@trimodal/layers';

export type MyPrivateBranchOptions = { dModel: number; modalities?: readonly Modality[] };
export type MyPrivateBranchOutput = {
  private: PerModality<tf.Tensor3D>;
  /** How much of each channel of each token passes, `[b, t_m, d]`. */
  gates: PerModality<tf.Tensor3D>;
};

/**
 * Lets through of each private token what its shared twin leaves to say.
 *
 * `z_m = g_m * p_m`, `g_m = sigmoid(W_m [p_m; s_m])`; tokens that are not there stay 0.
 *
 * Shapes: shared and private `[b, t_m, d]` -> private and gates, the same shapes.
 * @param options.dModel Width d; a positive integer.
 * @param options.modalities The modalities of the model, all three unless told.
 * @throws RangeError if d is no positive integer, or a part is missing or of another width.
 */
export class MyPrivateBranch implements PrivateBranch<MyPrivateBranchOutput> {
  // fields are the tree of weights: this is `gateProj.text.weight`, `gateProj.text.bias`, ...
  private readonly gateProj: PerModality<Linear>;

  constructor({ dModel, modalities = MODALITIES }: MyPrivateBranchOptions, rng: Rng) {
    this.gateProj = forModalities(
      modalities,
      (modality) => new Linear({ inDim: 2 * dModel, outDim: dModel }, rng.fork(`gateProj.${modality}`)),
    );
  }

  forward(parts: Parts, _ctx: ForwardContext): MyPrivateBranchOutput {
    const gates = mapModalities(this.gateProj, (proj, modality) => {
      const both = [valueFor(parts.private, modality), valueFor(parts.shared, modality)];
      return tf.sigmoid(proj.forward(tf.concat(both, 2))) as tf.Tensor3D; // b t d
    });
    return { private: mapModalities(gates, (gate, modality) => gate.mul(valueFor(parts.private, modality))), gates };
  }
}
