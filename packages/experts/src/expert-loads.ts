import type * as tf from '@tensorflow/tfjs';
import { checkShape } from '@trimodal/core';
import { balanceLoss } from '@trimodal/losses';
import type { Routing } from './router';

/**
 * The share of the work that each expert gets: its mean gate over the tokens that are there, divided by the sum of all.
 *
 * Shapes: gates `[b, t, k]`, mask `[b, t]` (1 = there) -> `[k]`, with sum 1; 0 if no token is there.
 * @example expertLoads(gates, mask).dataSync(); // about 1/k each where the router is balanced
 */
export function expertLoads(gates: tf.Tensor3D, mask: tf.Tensor2D): tf.Tensor1D {
  checkShape('compute expertLoads', 'mask', mask, gates.shape.slice(0, 2));
  const total = gates.mul(mask.expandDims(-1)).sum<tf.Tensor1D>([0, 1]);
  return total.div(total.sum().maximum(1e-8));
}

/**
 * Keeps a router from sending everything to few experts: `k sum_e f_e P_e`, with `P_e` the mean probability of expert e and `f_e` its load,
 * the share of the gates that it got; 1 where the load is even, k where one expert takes all, 0 if no token is there.
 *
 * Shapes: gates, probabilities `[b, t, k]`, mask `[b, t]` (1 = there) -> scalar.
 * Source: Fedus et al. 2022, "Switch Transformers"; loads by gates, not by counts, are ours: so dense routers have them too.
 * @throws TypeError or RangeError if the shapes don't fit.
 */
export function loadBalanceLoss({ gates, probabilities }: Routing, mask: tf.Tensor2D): tf.Scalar {
  checkShape('compute loadBalanceLoss', 'mask', mask, gates.shape.slice(0, 2));
  return balanceLoss(probabilities, mask.reshape([-1]), { assignments: gates });
}
