import * as tf from '@tensorflow/tfjs';
import {
  type ForwardContext,
  type Fusion,
  forModalities,
  MODALITIES,
  type Modality,
  mapModalities,
  maskedMean,
  type Parts,
  type PerModality,
  presentColumn,
  type Rng,
  valueFor,
  valuesOf,
} from '@trimodal/core';
import { Linear } from '@trimodal/layers';

export type MyFusionOptions = { dModel: number; modalities?: readonly Modality[] };
export type MyFusionOutput = { fused: tf.Tensor2D };

/**
 * Sums a projection of what each modality says; one that is missing adds nothing.
 *
 * `fused = sum_m present_m W_m [mean(shared_m); mean(private_m)]`, means over the tokens that are there.
 *
 * Shapes: parts `[b, t_m, d]`, present `[b, 3]` (1 = there) -> fused `[b, d]`.
 * @param options.dModel Width d; a positive integer.
 * @param options.modalities The modalities of the model, all three unless told.
 * @throws RangeError if d is no positive integer, or a part is missing or of another width.
 */
export class MyFusion implements Fusion<MyFusionOutput> {
  readonly outDim: number;
  // fields are the tree of weights: this is `proj.text.weight`, `proj.text.bias`, ...
  private readonly proj: PerModality<Linear>;

  constructor({ dModel, modalities = MODALITIES }: MyFusionOptions, rng: Rng) {
    this.outDim = dModel;
    this.proj = forModalities(
      modalities,
      (modality) => new Linear({ inDim: 2 * dModel, outDim: dModel }, rng.fork(`proj.${modality}`)),
    );
  }

  forward(parts: Parts, present: tf.Tensor2D, _ctx: ForwardContext): MyFusionOutput {
    const projected = mapModalities(this.proj, (proj, modality) => {
      const mask = valueFor(parts.mask, modality);
      const shared = maskedMean(valueFor(parts.shared, modality), mask); // b d
      const own = maskedMean(valueFor(parts.private, modality), mask); // b d
      return proj.forward(tf.concat([shared, own], 1)).mul<tf.Tensor2D>(presentColumn(present, modality));
    });
    return { fused: tf.addN(valuesOf(projected)) as tf.Tensor2D };
  }
}
