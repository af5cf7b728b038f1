import * as tf from '@tensorflow/tfjs';
import { cosineSimilarity, modalitiesOf, type PerModality, stopGradient, valueFor } from '@trimodal/core';
import { weightedMean } from '@trimodal/losses';
import type { AnchorGuidedOutput } from './agpr';
import { possiblePairs, presentMatrix } from './borrow-gate';

/**
 * How far borrowing has turned the private parts away from themselves.
 *
 * `mean 1 - cos(pool P'_m, stop p_m)` over the samples and modalities that are there; 0 where nothing was borrowed.
 *
 * Shapes: mask `[b, t_m]` (1 = there) -> scalar in [0, 2].
 * Source: ours.
 */
export function anchorPreservation(
  { pooled, profiles }: Pick<AnchorGuidedOutput, 'pooled' | 'profiles'>,
  mask: PerModality<tf.Tensor2D>,
): tf.Scalar {
  return meanOverPresent(pooled, profiles, mask, (cosine) => tf.sub(1, cosine));
}

/**
 * How much of the shared part has leaked into the private ones.
 *
 * `mean cos(pool P'_m, stop pool Z_m)^2` over the samples and modalities that are there.
 *
 * Shapes: sharedPooled `[b, d]`, mask `[b, t_m]` (1 = there) -> scalar in [0, 1].
 * Source: ours.
 * @param sharedPooled By default what the block itself pooled.
 */
export function antiLeakage(
  output: Pick<AnchorGuidedOutput, 'pooled' | 'sharedPooled'>,
  mask: PerModality<tf.Tensor2D>,
  sharedPooled: PerModality<tf.Tensor2D> = output.sharedPooled,
): tf.Scalar {
  return meanOverPresent(output.pooled, sharedPooled, mask, (cosine) => cosine.square());
}

/**
 * The mean of the borrow gates over the pairs of modalities that are both there.
 *
 * Shapes: borrow `[b, 3, 3]`, mask `[b, t_m]` (1 = there) -> scalar in [0, 1]; 0 if no sample has two modalities.
 * Source: ours.
 */
export function borrowCost({ borrow }: Pick<AnchorGuidedOutput, 'borrow'>, mask: PerModality<tf.Tensor2D>): tf.Scalar {
  const pairs = possiblePairs(presentMatrix(mask)).sum();
  return borrow.sum().div(pairs.maximum(tf.scalar(1))) as tf.Scalar;
}

function meanOverPresent(
  xs: PerModality<tf.Tensor2D>,
  fixed: PerModality<tf.Tensor2D>,
  mask: PerModality<tf.Tensor2D>,
  of: (cosine: tf.Tensor) => tf.Tensor,
): tf.Scalar {
  const modalities = modalitiesOf(xs).filter((modality) => fixed[modality]);
  if (modalities.length === 0) return tf.scalar(0);
  const stack = (record: PerModality<tf.Tensor2D>) =>
    tf.stack(
      modalities.map((modality) => valueFor(record, modality)),
      1,
    ); // b m d
  const cosine = cosineSimilarity(stack(xs), stopGradient(stack(fixed))); // b m
  const there = presentMatrix(Object.fromEntries(modalities.map((modality) => [modality, valueFor(mask, modality)])));
  return weightedMean(of(cosine), there);
}
