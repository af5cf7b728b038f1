import * as tf from '@tensorflow/tfjs';
import { stopGradient } from '@trimodal/core';

/** Keeps a bandwidth of 0, of samples that are all alike, from dividing. */
const TINY = 1e-8;

/**
 * Squared Euclidean distances between all rows: x `[n, d]` -> `[n, n]`, never negative.
 *
 * Centred first, as `|x|^2 + |y|^2 - 2 x.y` loses its digits far from the origin.
 */
export function squaredDistances(x: tf.Tensor2D): tf.Tensor2D {
  const centred = x.sub(stopGradient(x.mean(0, true)));
  const lengths = centred.square().sum(-1, true); // n 1
  const products = tf.matMul(centred as tf.Tensor2D, centred as tf.Tensor2D, false, true);
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
