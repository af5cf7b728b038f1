import type * as tf from '@tensorflow/tfjs';
import { smoothAbsolute } from './task-losses';
import { weightedMean } from './weighted-mean';

export type ReconstructionOptions = {
  /** The error of one element: its square (default), or quadratic near 0 and linear beyond `beta`. */
  readonly kind?: 'squared' | 'smooth-l1';
  readonly beta?: number;
};

/**
 * The mean error of decoded features over the places that are asked for.
 *
 * The gradient reaches the target too: pass `stopGradient(target)` where it is a teacher.
 *
 * Shapes: prediction, target `[b, ..., d]`; mask any leading part of that shape, as `[b, t]` for `[b, t, d]` or `[b]`
 * for whole samples, 1 where the error counts -> scalar; 0 if the mask is all 0.
 * Source: the squared form is MISA's and DMD's, the smooth one over dropped steps EMT-DLFR's.
 * @throws RangeError if the shapes don't fit.
 * @example reconstructionLoss(tf.ones([1, 2, 3]), tf.zeros([1, 2, 3]), tf.tensor2d([[1, 0]])); // 1
 */
export function reconstructionLoss(
  prediction: tf.Tensor,
  target: tf.Tensor,
  mask: tf.Tensor,
  { kind = 'squared', beta = 1 }: ReconstructionOptions = {},
): tf.Scalar {
  if (prediction.shape.join() !== target.shape.join()) {
    throw new RangeError(
      `Cannot compute reconstructionLoss as target must have the prediction's shape [${prediction.shape}]: got [${target.shape}].`,
    );
  }
  const error = prediction.sub(target);
  return weightedMean(kind === 'squared' ? error.square() : smoothAbsolute(error, beta), mask);
}
