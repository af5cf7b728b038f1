import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import { checkShape, type Encoder, type ForwardContext, type Rng, type Tokens } from '@trimodal/core';
import { Linear } from '@trimodal/layers';

export type MyEncoderOptions = { inDim: number; hiddenDim: number; dModel: number };

/**
 * Makes a token of each step of one modality, each on its own.
 *
 * `tokens = mask W_2 tanh(W_1 features)`
 *
 * Shapes: features `[b, t, inDim]`, mask `[b, t]` (1 = there) -> tokens `[b, t, dModel]`, 0 where the mask is; the same mask.
 * @throws RangeError if a size is no positive integer or a shape isn't as above.
 */
export class MyEncoder implements Encoder {
  // fields are the tree of weights: these are `hidden.weight`, `hidden.bias`, `proj.weight`, `proj.bias`
  private readonly hidden: Linear;
  private readonly proj: Linear;

  constructor({ inDim, hiddenDim, dModel }: MyEncoderOptions, rng: Rng) {
    this.hidden = new Linear({ inDim, outDim: hiddenDim }, rng.fork('hidden'));
    this.proj = new Linear({ inDim: hiddenDim, outDim: dModel }, rng.fork('proj'));
  }

  forward(features: Tensor3D, mask: Tensor2D, _ctx: ForwardContext): Tokens {
    checkShape('apply MyEncoder', 'features', features, [null, null, this.hidden.inDim]);
    checkShape('apply MyEncoder', 'mask', mask, [features.shape[0], features.shape[1]]);
    const tokens = this.proj.forward(this.hidden.forward(features).tanh<Tensor3D>()); // b t d
    return { tokens: tokens.mul<Tensor3D>(mask.expandDims(-1)), mask };
  }
}
