import * as tf from '@tensorflow/tfjs';
import { l2Normalize } from '@trimodal/core';

/**
 * What is left of every token without its components along some directions of its sample.
 *
 * `x - sum_k (x . u_k) u_k`, where `u` are the directions, orthonormalised one after the other (Gram and Schmidt); a direction
 * of length 0, or one that lies in the span of those before, removes nothing.
 *
 * Shapes: x `[b, t, d]`, each direction `[b, d]` -> `[b, t, d]`.
 */
export function removeDirections(x: tf.Tensor3D, directions: readonly tf.Tensor2D[]): tf.Tensor3D {
  const basis: tf.Tensor2D[] = [];
  for (const direction of directions) {
    let rest: tf.Tensor2D = direction;
    for (const unit of basis) rest = rest.sub(unit.mul(direction.mul(unit).sum(-1, true)));
    basis.push(l2Normalize(rest));
  }
  if (basis.length === 0) return x;
  const units = tf.stack(basis, 1) as tf.Tensor3D; // b k d
  return x.sub(tf.matMul(tf.matMul(x, units, false, true), units));
}
