import * as tf from '@tensorflow/tfjs';
import { checkShape } from '@trimodal/core';
import { weightedMean } from './weighted-mean';

export type SmoothL1Options = { readonly beta?: number };

/**
 * The mean absolute error of predicted scores, `mean |prediction - target|`; its gradient where they agree is 0.
 *
 * Shapes: prediction `[b, k]` or `[b]`, target the same size (a head's `[b, 1]` goes with labels `[b]`: nothing is
 * broadcast), weights `[b]`, 0 for padding -> scalar, the mean over the samples that are there.
 * @throws RangeError if the sizes differ.
 * @example l1Loss(tf.tensor2d([[1], [5]]), tf.tensor1d([3, 0]), tf.tensor1d([1, 0])); // 2
 */
export function l1Loss(prediction: tf.Tensor, target: tf.Tensor, weights?: tf.Tensor): tf.Scalar {
  return weightedMean(absolute(residual('compute l1Loss', prediction, target)), weights);
}

/**
 * The mean squared error of predicted scores, `mean (prediction - target)^2`. Shapes and errors as `l1Loss`.
 * @example mseLoss(tf.tensor1d([1, 5]), tf.tensor1d([3, 5])); // 2
 */
export function mseLoss(prediction: tf.Tensor, target: tf.Tensor, weights?: tf.Tensor): tf.Scalar {
  return weightedMean(residual('compute mseLoss', prediction, target).square(), weights);
}

/**
 * Quadratic near 0, linear beyond `beta`: `r^2 / (2 beta)` where `|r| < beta`, else `|r| - beta / 2`.
 *
 * Shapes and errors as `l1Loss`. Source: Girshick 2015, "Fast R-CNN"; the form with beta is PyTorch's.
 * @param options.beta Where the two pieces meet; positive, 1 by default.
 */
export function smoothL1Loss(
  prediction: tf.Tensor,
  target: tf.Tensor,
  weights?: tf.Tensor,
  { beta = 1 }: SmoothL1Options = {},
): tf.Scalar {
  return weightedMean(smoothAbsolute(residual('compute smoothL1Loss', prediction, target), beta), weights);
}

/**
 * The cross-entropy of class logits, `mean -log softmax(logits)[label]`.
 *
 * Shapes: logits `[b, c]`; labels `[b]` class indices (int or float), or `[b, c]` shares of each class; weights `[b]`,
 * 0 for padding -> scalar.
 * @throws TypeError or RangeError if the shapes don't fit.
 * @example crossEntropyLoss(tf.tensor2d([[0, 0]]), tf.tensor1d([1])); // log 2
 */
export function crossEntropyLoss(logits: tf.Tensor2D, labels: tf.Tensor, weights?: tf.Tensor): tf.Scalar {
  const what = 'compute crossEntropyLoss';
  checkShape(what, 'logits', logits, [null, null]);
  const [batch, numClasses] = logits.shape;
  checkShape(what, 'labels', labels, labels.rank === 2 ? [batch, numClasses] : [batch]);
  const wanted = labels.rank === 2 ? labels : tf.oneHot(labels.toInt() as tf.Tensor1D, numClasses).toFloat();
  return weightedMean(tf.logSoftmax(logits).mul(wanted).sum(-1).neg(), weights);
}

/** `|x|` whose gradient at 0 is 0; that of `tf.abs` is -1. */
export function absolute(x: tf.Tensor): tf.Tensor {
  return x.relu().add(x.neg().relu());
}

/** The smooth absolute value, element by element. */
export function smoothAbsolute(x: tf.Tensor, beta: number): tf.Tensor {
  if (!(beta > 0)) throw new RangeError(`Cannot compute a smooth L1 loss as beta must be positive: got ${beta}.`);
  const size = absolute(x);
  const excess = size.sub(beta).relu(); // what lies beyond beta counts linearly
  return size
    .sub(excess)
    .square()
    .mul(0.5 / beta)
    .add(excess);
}

function residual(what: string, prediction: tf.Tensor, target: tf.Tensor): tf.Tensor2D {
  const batch = prediction.shape[0] ?? 0;
  if (prediction.rank === 0 || target.shape[0] !== batch || target.size !== prediction.size) {
    throw new RangeError(
      `Cannot ${what} as target must have a value for each prediction, [${prediction.shape}]: got [${target.shape}].`,
    );
  }
  return prediction.reshape([batch, -1]).sub(target.reshape([batch, -1]));
}
