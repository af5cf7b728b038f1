import * as tf from '@tensorflow/tfjs';
import { mapModalities, type PerModality } from '@trimodal/core';
import type { Dataset } from '@trimodal/data';

/** `x -> (x - mean) scale` for each feature of a step; a scale of 0 for features that are constant in training. */
export type FeatureScaling = { readonly mean: readonly number[]; readonly scale: readonly number[] };

/** How the features of each modality were standardised; no key where they weren't. */
export type Normalization = PerModality<FeatureScaling>;

/** As the training split of a dataset has it. */
export function normalizationOf({ statistics }: Dataset): Normalization {
  return mapModalities(statistics, ({ mean, std, constant }) => ({
    mean: [...mean],
    scale: [...std].map((value, d) => (constant[d] ? 0 : 1 / value)),
  }));
}

/**
 * Does to raw features what a dataset does: standardised, 0 where that isn't finite or the step isn't observed.
 *
 * Shapes: features `[b, t, d]`, mask `[b, t]` -> `[b, t, d]`.
 */
export function standardize(features: tf.Tensor3D, mask: tf.Tensor2D, scaling?: FeatureScaling): tf.Tensor3D {
  const scaled = scaling ? subtractExactly(features, scaling.mean).mul(tf.tensor1d([...scaling.scale])) : features;
  return tf.where(scaled.isFinite(), scaled, tf.zerosLike(scaled)).mul(mask.expandDims(-1));
}

/** `x - mean`, the mean in two float32 halves: a spread that is small beside the mean loses no digits, as in float64. */
function subtractExactly(features: tf.Tensor3D, mean: readonly number[]): tf.Tensor3D {
  const high = Float32Array.from(mean);
  const low = Float32Array.from(mean, (value, d) => value - high[d]!);
  return features.sub(tf.tensor1d(high)).sub(tf.tensor1d(low));
}
