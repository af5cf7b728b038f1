import * as tf from '@tensorflow/tfjs';
import { MODALITIES, type Modality } from './modalities';

/** Under square roots and divisions, so that gradients stay finite at 0. */
const EPSILON = 1e-8;

/** The Euclidean norm along the last axis, kept: `[..., d] -> [..., 1]`; its gradient at 0 is 0. */
export function safeNorm(x: tf.Tensor): tf.Tensor {
  return x.square().sum(-1, true).add(EPSILON).sqrt();
}

/** `x` with rows of length 1 along the last axis; zero rows stay zero, with a finite gradient. */
export function l2Normalize<T extends tf.Tensor>(x: T): T {
  return x.mul(x.square().sum(-1, true).add(EPSILON).rsqrt()) as T;
}

/** Cosine of the angle between `a` and `b` along the last axis: `[..., d], [..., d] -> [...]`; 0 where either is 0. */
export function cosineSimilarity(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return l2Normalize(a).mul(l2Normalize(b)).sum(-1);
}

/** The mean of the tokens that are there: `[b, t, d]`, mask `[b, t]` -> `[b, d]`; 0 where none is. */
export function maskedMean(tokens: tf.Tensor3D, mask: tf.Tensor2D): tf.Tensor2D {
  const weights = mask.expandDims(-1); // b t 1
  return tokens
    .mul(weights)
    .sum(1)
    .div(weights.sum(1).maximum(tf.scalar(1))) as tf.Tensor2D;
}

/**
 * Softmax along the last axis over the entries that are there; the others get exactly 0, and so does a row with none.
 *
 * Shapes: scores `[..., k]`, mask broadcastable to it (1 = there) -> `[..., k]`.
 */
export function maskedSoftmax<T extends tf.Tensor>(scores: T, mask: tf.Tensor): T {
  return tf.softmax(scores.add(mask.sub(1).mul(1e9))).mul(mask) as T;
}

/** The column of one modality in `present [b, 3]` -> `[b, 1]`. */
export function presentColumn(present: tf.Tensor2D, modality: Modality): tf.Tensor2D {
  return tf.slice(present, [0, MODALITIES.indexOf(modality)], [-1, 1]);
}

/** 1 where a sequence has at least one token: mask `[b, t]` -> `[b, 1]`. */
export function anyPresent(mask: tf.Tensor2D): tf.Tensor2D {
  return mask.sum(1, true).minimum(tf.scalar(1)) as tf.Tensor2D;
}
