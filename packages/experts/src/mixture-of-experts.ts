import type * as tf from '@tensorflow/tfjs';
import { checkShape, type ForwardContext, type Rng } from '@trimodal/core';
import { ExpertBank, type ExpertBankOptions } from './expert-bank';
import { Router, type Routing } from './router';

export type MixtureOfExpertsOptions = ExpertBankOptions & { topK?: number; extraDim?: number };
export type MixtureOfExpertsOutput = Routing & {
  /** `[b, t, d]`, 0 at tokens that aren't there. */
  readonly output: tf.Tensor3D;
};

/**
 * A router and a bank of experts: each token gets the sum of the experts, weighed as the router sees fit.
 *
 * `y = x + sum_k g_k(x, e) f_k(x)`. All experts are computed, whatever `topK`: it makes them specialise, not the step cheaper.
 *
 * Shapes: x `[b, t, d]`, mask `[b, t]` (1 = there), extra `[b, t, e]` or `[b, 1, e]` -> output `[b, t, d]`, gates and probabilities `[b, t, k]`.
 * Source: Shazeer et al. 2017, soft as in MoMKE (Xu et al. 2024); see `Router` and `ExpertBank`. A single expert has no router and gates of 1.
 * @param options.topK How many experts count at a token; by default all of them.
 * @param options.extraDim Width e of what the router sees besides the token.
 * @throws as Router and ExpertBank do.
 * @example
 * const mixture = new MixtureOfExperts({ dModel: 4, numExperts: 3, topK: 2 }, new Rng(1));
 * const { output, gates } = mixture.forward(x, mask, INFERENCE);
 */
export class MixtureOfExperts {
  readonly router: Router | null;
  readonly experts: ExpertBank;

  constructor({ topK, extraDim, ...bank }: MixtureOfExpertsOptions, rng: Rng) {
    const { dModel, numExperts } = bank;
    const routing = {
      dModel,
      numExperts,
      ...(topK !== undefined && { topK }),
      ...(extraDim !== undefined && { extraDim }),
    };
    this.router = numExperts === 1 ? null : new Router(routing, rng.fork('router'));
    this.experts = new ExpertBank(bank, rng.fork('experts'));
  }

  forward(x: tf.Tensor3D, mask: tf.Tensor2D, ctx: ForwardContext, extra?: tf.Tensor3D): MixtureOfExpertsOutput {
    const [batch, time] = x.shape;
    checkShape('mix experts', 'mask', mask, [batch, time]);
    const there = mask.expandDims<tf.Tensor3D>(-1);
    const { gates, probabilities } = this.router?.forward(x, mask, extra) ?? { gates: there, probabilities: there };
    return { output: this.experts.forward(x.mul(there), gates, ctx), gates, probabilities };
  }
}
