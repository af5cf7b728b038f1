import type { Tensor2D } from '@tensorflow/tfjs';
import {
  type Disentangler,
  type ForwardContext,
  mapModalities,
  type Parts,
  type PerModality,
  type Tokens,
} from '@trimodal/core';

/** Splits nothing: every token is private, no part is shared. What is left of a model without a disentangler. */
export class IdentityDisentangler implements Disentangler {
  forward(tokens: PerModality<Tokens>, _present: Tensor2D, _ctx: ForwardContext): Parts {
    return {
      shared: {},
      private: mapModalities(tokens, (own) => own.tokens),
      mask: mapModalities(tokens, (own) => own.mask),
    };
  }
}
