import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import type { Encoder, ForwardContext, Rng, Tokens } from '@trimodal/core';
import { Dropout, Linear } from '@trimodal/layers';
import { checkFeatures, keepPresent } from './features';

export type LinearEncoderOptions = { inDim: number; dModel: number; inputDropoutRate?: number };

/**
 * Projects every step on its own: the plain baseline.
 *
 * `tokens = mask proj(dropout(features))`
 *
 * Shapes: features `[b, t, inDim]`, mask `[b, t]` (1 = there) -> tokens `[b, t, dModel]`, 0 where the mask is; the same mask.
 * Source: ours, as the stand-in that an ablation of an encoder needs.
 * @throws RangeError if a size is no positive integer, a rate is outside [0, 1] or a shape isn't as above.
 * @example new LinearEncoder({ inDim: 5, dModel: 4 }, new Rng(1)).forward(features, mask, INFERENCE);
 */
export class LinearEncoder implements Encoder {
  readonly dModel: number;
  readonly proj: Linear;
  private readonly dropout: Dropout;

  constructor({ inDim, dModel, inputDropoutRate = 0 }: LinearEncoderOptions, rng: Rng) {
    this.dModel = dModel;
    this.proj = new Linear({ inDim, outDim: dModel }, rng.fork('proj'));
    this.dropout = new Dropout({ rate: inputDropoutRate });
  }

  forward(features: Tensor3D, mask: Tensor2D, ctx: ForwardContext): Tokens {
    checkFeatures('LinearEncoder', features, mask, this.proj.inDim);
    return { tokens: keepPresent(this.proj.forward(this.dropout.forward(features, ctx)), mask), mask };
  }
}
