import * as tf from '@tensorflow/tfjs';
import { checkShape } from '@trimodal/core';

/**
 * How wrong a prediction is, sample by sample: `-log softmax(logits)[label]` for classes, `|score - label|` for scores. A quality of a
 * view for `transferWeights`, where the loss of training is a mean.
 *
 * Shapes: predictions `[b, k]`, k = 1 for scores; labels `[b]` -> `[b]`.
 * @throws TypeError or RangeError if the shapes don't fit.
 * @example sampleErrors(tf.tensor2d([[1], [5]]), tf.tensor1d([3, 5]), 'scores').dataSync(); // [2, 0]
 */
export function sampleErrors(prediction: tf.Tensor2D, labels: tf.Tensor1D, kind: 'classes' | 'scores'): tf.Tensor1D {
  const what = 'measure the errors of samples';
  checkShape(what, 'prediction', prediction, [null, kind === 'classes' ? null : 1]);
  const [batch, numClasses] = prediction.shape;
  checkShape(what, 'labels', labels, [batch]);
  if (kind === 'scores') return prediction.reshape<tf.Tensor1D>([batch]).sub<tf.Tensor1D>(labels).abs();
  const wanted = tf.oneHot(labels.toInt(), numClasses).toFloat();
  return tf.logSoftmax(prediction).mul(wanted).sum<tf.Tensor1D>(-1).neg();
}
