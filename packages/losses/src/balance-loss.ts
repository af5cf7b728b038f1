import type * as tf from '@tensorflow/tfjs';
import { checkShape, stopGradient } from '@trimodal/core';
import { shares } from './weighted-mean';

export type BalanceOptions = {
  /** Which experts each token was sent to, 1 = sent; shaped as the probabilities. */
  readonly assignments?: tf.Tensor;
};

/**
 * Keeps a router from sending everything to few experts: `E sum_e f_e P_e`, with `P_e` the mean probability of expert e
 * and `f_e` the share of tokens that were sent to it; 1 where the load is even, E where one expert takes all.
 *
 * Shapes: probabilities `[..., e]`, rows sum to 1; weights one value a row, 0 for padding; assignments as probabilities,
 * 1 where a token was sent to an expert (top-k) -> scalar. Without assignments the probabilities stand for them, as in a
 * dense mixture. No gradient flows through `f`.
 * Source: Fedus et al. 2022, "Switch Transformers", eq. 4 without its factor; rows of top-k assignments are divided by k.
 * @throws RangeError if the shapes don't fit.
 */
export function balanceLoss(
  probabilities: tf.Tensor,
  weights?: tf.Tensor,
  { assignments = probabilities }: BalanceOptions = {},
): tf.Scalar {
  const what = 'compute balanceLoss';
  checkShape(what, 'assignments', assignments, probabilities.shape);
  const numExperts = probabilities.shape.at(-1) ?? 1;
  const rows = probabilities.reshape([-1, numExperts]);
  const share = shares(what, rows.shape[0]!, weights); // n 1
  const sent = stopGradient(assignments.reshape([-1, numExperts]));
  const loads = sent.div(sent.sum(-1, true).maximum(1e-8)).mul(share).sum(0); // e
  return loads.mul(rows.mul(share).sum(0)).sum().mul(numExperts);
}
