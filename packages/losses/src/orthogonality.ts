import * as tf from '@tensorflow/tfjs';
import { checkShape, cosineSimilarity, l2Normalize, stopGradient } from '@trimodal/core';
import { shares, weightedMean } from './weighted-mean';

/**
 * How far the features of two parts are from being orthogonal: `mean (A^T B)^2` over all pairs of features, with `A` and
 * `B` centred over the batch and their rows then scaled to length 1.
 *
 * Shapes: a `[b, d]`, b `[b, e]`, weights `[b]` or `[b, 1]`: 1 where the sample has both parts. A sample of weight 0 takes
 * no part, neither in the centre -> scalar; 0 for fewer than two samples.
 * Source: MISA (Hazarika et al. 2020), its difference loss. Two deviations: the length of a row is differentiated too
 * (theirs is detached), and is `sqrt(sum x^2 + 1e-8)`, so that zero rows have finite gradients.
 * @throws TypeError or RangeError if the shapes don't fit.
 * @example orthogonalityLoss(privateText, sharedText, presentColumn(present, 'text'));
 */
export function orthogonalityLoss(a: tf.Tensor2D, b: tf.Tensor2D, weights?: tf.Tensor): tf.Scalar {
  const what = 'compute orthogonalityLoss';
  checkShape(what, 'a', a, [null, null]);
  checkShape(what, 'b', b, [a.shape[0], null]);
  const share = shares(what, a.shape[0], weights); // b 1
  const rows = (x: tf.Tensor2D) => l2Normalize(x.sub(x.mul(share).sum(0, true)));
  const left = weights ? rows(a).mul(weights.reshape([-1, 1])) : rows(a);
  return tf
    .matMul(left as tf.Tensor2D, rows(b), true)
    .square()
    .mean();
}

/**
 * The cosine of two parts of each sample, over its features, where it is positive: `mean max(0, cos(a_i, b_i))`.
 *
 * The axis is the last one, never the batch: published code has that wrong.
 *
 * Shapes: a, b `[..., d]`; weights any leading part of their shape, as `[b]` for samples or `[b, t]` for steps -> scalar.
 * Source: DMD (Li et al. 2023) and DLF (Wang et al. 2025), cosine embedding loss with target -1; zero vectors have
 * cosine 0 and a finite gradient.
 * @throws RangeError if the shapes differ.
 */
export function cosineOrthogonality(a: tf.Tensor, b: tf.Tensor, weights?: tf.Tensor): tf.Scalar {
  checkShape('compute cosineOrthogonality', 'b', b, a.shape);
  return weightedMean(cosineSimilarity(a, b).relu(), weights);
}

/**
 * The negated cosine, `mean -cos(prediction_i, target_i)`, -1 where all directions agree.
 *
 * No gradient reaches the target, as in the source: without that the two collapse into a constant.
 *
 * Shapes: prediction, target `[..., d]`; weights any leading part of their shape -> scalar in [-1, 1].
 * Source: SimSiam (Chen & He 2021); representation level of EMT-DLFR (Sun et al. 2023).
 * @throws RangeError if the shapes differ.
 */
export function negativeCosine(prediction: tf.Tensor, target: tf.Tensor, weights?: tf.Tensor): tf.Scalar {
  checkShape('compute negativeCosine', 'target', target, prediction.shape);
  return weightedMean(cosineSimilarity(prediction, stopGradient(target)), weights).neg();
}
