import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import type { ForwardContext, Parts, PerModality, PrivateBranch, SharedBranch } from '@trimodal/core';

/** A shared branch that passes every token as it is: what is left of a model without one. */
export class IdentitySharedBranch implements SharedBranch {
  forward(
    shared: PerModality<Tensor3D>,
    _mask: PerModality<Tensor2D>,
    _ctx: ForwardContext,
  ): { shared: PerModality<Tensor3D> } {
    return { shared };
  }
}

/** A private branch that passes every token as it is: what is left of a model without one. */
export class IdentityPrivateBranch implements PrivateBranch {
  forward(parts: Parts, _ctx: ForwardContext): { private: PerModality<Tensor3D> } {
    return { private: parts.private };
  }
}
