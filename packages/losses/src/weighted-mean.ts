import * as tf from '@tensorflow/tfjs';

/** Keeps the division by a total weight of 0 finite: a loss over nothing is 0, and so is its gradient. */
const TINY = 1e-8;

/**
 * The mean of what is there: `sum w_i mean(values_i) / sum w_i`; 0, with gradient 0, if all weights are 0.
 *
 * Shapes: values `[b, ...]`; weights any leading part of that shape, so `[b]` weighs samples and `[b, t]` their steps;
 * trailing axes of size 1, as in `[b, 1]`, may be there or not. Without weights it is the plain mean.
 * Weights are taken as given and get no gradient worth using.
 * @throws RangeError if the shapes don't fit.
 * @example weightedMean(tf.tensor1d([1, 2, 9]), tf.tensor1d([1, 1, 0])); // 1.5
 */
export function weightedMean(values: tf.Tensor, weights?: tf.Tensor): tf.Scalar {
  if (!weights) return values.mean();
  const shape = leadingShape(values, weights);
  const trailing = values.shape.slice(shape.length);
  const perWeight = trailing.length === 0 ? values : values.mean(trailing.map((_, axis) => shape.length + axis));
  const factors = weights.reshape(shape);
  return perWeight.mul(factors).sum().div(atLeastTiny(factors.sum()));
}

/** Weights of samples as shares that sum to 1: `[n]` or `[n, 1]`, or nothing for equal shares -> `[n, 1]`. */
export function shares(what: string, numSamples: number, weights?: tf.Tensor): tf.Tensor2D {
  if (!weights) return tf.fill([numSamples, 1], 1 / numSamples);
  if (weights.size !== numSamples) {
    throw new RangeError(
      `Cannot ${what} as weights must have one value a sample, ${numSamples} in all: got shape [${weights.shape}].`,
    );
  }
  return weights.reshape([numSamples, 1]).div(atLeastTiny(weights.sum()));
}

function atLeastTiny(total: tf.Tensor): tf.Tensor {
  return total.maximum(tf.scalar(TINY));
}

function leadingShape(values: tf.Tensor, weights: tf.Tensor): number[] {
  const shape = weights.shape.slice();
  while (shape.length > 1 && shape.at(-1) === 1) shape.pop();
  if (shape.length > values.rank || shape.some((size, axis) => size !== values.shape[axis])) {
    throw new RangeError(
      `Cannot weigh a loss as the weights' shape must be a leading part of the values', [${values.shape}]: got [${weights.shape}].`,
    );
  }
  return shape;
}
