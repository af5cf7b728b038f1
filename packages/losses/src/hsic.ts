import * as tf from '@tensorflow/tfjs';
import { checkShape } from '@trimodal/core';
import { meanDistance, squaredDistances } from './distances';
import { shares } from './weighted-mean';

export type HsicOptions = {
  /** `rbf` (default) sees any dependence, `linear` only correlation, at a lower cost. */
  readonly kernel?: 'rbf' | 'linear';
};

/**
 * The Hilbert-Schmidt independence criterion of two parts: 0 where they are independent, greater the more one tells of
 * the other; `tr(K H L H) / n^2` with kernels K of a and L of b, H the centring matrix.
 *
 * The RBF kernel is `exp(-|x - y|^2 / s)`, s the mean squared distance of the batch (no gradient through it).
 *
 * Shapes: a `[b, d]`, b `[b, e]`, weights `[b]` or `[b, 1]`, 0 where a sample lacks either -> scalar, not negative.
 * Source: Gretton et al. 2008, "A Kernel Statistical Test of Independence" (the biased estimate); the bandwidth is ours.
 * @throws TypeError or RangeError if the shapes don't fit.
 */
export function hsic(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  weights?: tf.Tensor,
  { kernel = 'rbf' }: HsicOptions = {},
): tf.Scalar {
  checkShape('compute hsic', 'a', a, [null, null]);
  checkShape('compute hsic', 'b', b, [a.shape[0], null]);
  const share = shares('compute hsic', a.shape[0], weights); // b 1
  if (kernel === 'linear') {
    const centred = (x: tf.Tensor2D) => x.sub(x.mul(share).sum(0, true)) as tf.Tensor2D;
    return tf.matMul(centred(a).mul(share), centred(b), true).square().sum(); // the same trace, d x e instead of b x b
  }
  const left = centredKernel(a, share);
  return tf
    .matMul(left.mul(centredKernel(b, share)), share)
    .mul(share)
    .sum();
}

/** The RBF kernel `[b, b]` without its weighted row and column means. */
function centredKernel(x: tf.Tensor2D, share: tf.Tensor2D): tf.Tensor2D {
  const distances = squaredDistances(x, share);
  const kernel = distances.div(meanDistance(distances, share)).neg().exp() as tf.Tensor2D;
  const means = tf.matMul(kernel, share); // b 1, rows and columns alike
  return kernel.sub(means).sub(means.transpose()).add(means.mul(share).sum()) as tf.Tensor2D;
}
