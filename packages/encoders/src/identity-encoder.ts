import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import { checkPositiveInteger, type Encoder, type ForwardContext, type Tokens } from '@trimodal/core';
import { checkFeatures, keepPresent } from './features';

export type IdentityEncoderOptions = { dModel: number };

/**
 * Takes features as tokens: for features that another model has made already, and for ablations. It has no weights.
 *
 * Shapes: features `[b, t, dModel]`, mask `[b, t]` (1 = there) -> tokens `[b, t, dModel]`, 0 where the mask is; the same mask.
 * @throws RangeError if `dModel` is no positive integer or a shape isn't as above.
 * @example new IdentityEncoder({ dModel: 4 }).forward(features, mask, INFERENCE);
 */
export class IdentityEncoder implements Encoder {
  readonly dModel: number;

  constructor({ dModel }: IdentityEncoderOptions) {
    checkPositiveInteger('build IdentityEncoder', 'dModel', dModel);
    this.dModel = dModel;
  }

  forward(features: Tensor3D, mask: Tensor2D, _ctx: ForwardContext): Tokens {
    checkFeatures('IdentityEncoder', features, mask, this.dModel);
    return { tokens: keepPresent(features, mask), mask };
  }
}
