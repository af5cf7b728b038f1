import * as tf from '@tensorflow/tfjs';
import {
  anyPresent,
  type ForwardContext,
  mapModalities,
  maskedMean,
  type PerModality,
  type Rng,
  type SharedBranch,
  valueFor,
  valuesOf,
} from '@trimodal/core';
import { Linear } from '@trimodal/layers';

export type MySharedBranchOptions = { dModel: number };
export type MySharedBranchOutput = { shared: PerModality<tf.Tensor3D> };

/**
 * Tells every token of the shared parts what all modalities that are there say on average.
 *
 * `z_m = x_m + mask_m W c`, `c` the mean over the modalities that are there of `mean(x_m)`.
 *
 * Shapes: shared `[b, t_m, d]`, mask `[b, t_m]` (1 = there) -> shared, the same shapes.
 * @param options.dModel Width d; a positive integer.
 * @throws RangeError if d is no positive integer, or a mask is missing or a part of another width.
 */
export class MySharedBranch implements SharedBranch<MySharedBranchOutput> {
  // fields are the tree of weights: these are `proj.weight` and `proj.bias`
  private readonly proj: Linear;

  constructor({ dModel }: MySharedBranchOptions, rng: Rng) {
    this.proj = new Linear({ inDim: dModel, outDim: dModel }, rng.fork('proj'));
  }

  forward(
    shared: PerModality<tf.Tensor3D>,
    mask: PerModality<tf.Tensor2D>,
    _ctx: ForwardContext,
  ): MySharedBranchOutput {
    const means = valuesOf(mapModalities(shared, (tokens, modality) => maskedMean(tokens, valueFor(mask, modality))));
    const there = valuesOf(mapModalities(shared, (_, modality) => anyPresent(valueFor(mask, modality))));
    // an absent modality has a mean of 0; where none is there the sum is 0 too
    const common = tf.addN(means).div(tf.addN(there).maximum(tf.scalar(1))); // b d
    const said = this.proj.forward(common).expandDims(1); // b 1 d
    return {
      shared: mapModalities(shared, (tokens, modality) =>
        tokens.add<tf.Tensor3D>(said.mul(valueFor(mask, modality).expandDims(-1))),
      ),
    };
  }
}
