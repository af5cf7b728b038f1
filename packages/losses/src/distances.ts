import * as tf from '@tensorflow/tfjs';
import { stopGradient } from '@trimodal/core';

/** Keeps a bandwidth or a variance of 0, of samples that are all alike, from dividing. */
export const TINY = 1e-8;

/**
 * Squared Euclidean distances between all rows: x `[n, d]`, shares `[n, 1]` summing to 1 -> `[n, n]`.
 *
 * Centred at the mean of what is there first, as `|x|^2 + |y|^2 - 2 x.y` loses its digits far from the origin; never
 * negative, as an exponential of what rounding leaves below 0 can be infinite.
 */
export function squaredDistances(x: tf.Tensor2D, share: tf.Tensor2D): tf.Tensor2D {
  const centred = x.sub(stopGradient(x.mul(share).sum(0, true))) as tf.Tensor2D;
  const lengths = centred.square().sum(-1, true); // n 1
  const products = tf.matMul(centred, centred, false, true);
  return lengths.add(lengths.transpose()).sub(products.mul(2)).relu() as tf.Tensor2D;
}

/** `sum_ij u_i m_ij u_j`: matrix `[n, n]`, vector `[n, 1]` -> scalar. */
export function quadraticForm(matrix: tf.Tensor2D, vector: tf.Tensor2D): tf.Scalar {
  return tf.matMul(matrix, vector).mul(vector).sum();
}

/** The mean squared distance as a bandwidth: distances `[n, n]`, shares `[n, 1]` summing to 1 -> scalar, no gradient. */
export function meanDistance(distances: tf.Tensor2D, share: tf.Tensor2D): tf.Scalar {
  return stopGradient(quadraticForm(distances, share).add(TINY));
}
