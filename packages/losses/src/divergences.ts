import * as tf from '@tensorflow/tfjs';
import { checkShape } from '@trimodal/core';
import { weightedMean } from './weighted-mean';

export type DivergenceOptions = {
  /** Logits are divided by it before the softmax, and the divergence multiplied by its square. */
  readonly temperature?: number;
};

/**
 * The Kullback-Leibler divergence of two sets of logits, `T^2 mean sum_c p log(p / q)`, `p = softmax(target / T)`,
 * `q = softmax(prediction / T)`: what the prediction lacks of the target.
 *
 * The target comes first, as in `KL(p || q)`. The gradient reaches both: pass `stopGradient(target)` for a teacher.
 *
 * Shapes: target, prediction `[b, c]`; weights `[b]` -> scalar, not negative.
 * Source: Kullback & Leibler 1951; the temperature and its square are those of Hinton et al. 2015.
 * @throws RangeError if the shapes differ or the temperature isn't positive.
 */
export function klDivergence(
  target: tf.Tensor2D,
  prediction: tf.Tensor2D,
  weights?: tf.Tensor,
  { temperature = 1 }: DivergenceOptions = {},
): tf.Scalar {
  const [logP, logQ] = logProbabilities('compute klDivergence', target, prediction, temperature);
  const perSample = logP.exp().mul(logP.sub(logQ)).sum(-1);
  return weightedMean(perSample, weights).mul(temperature ** 2) as tf.Scalar;
}

/**
 * The Jensen-Shannon divergence of two sets of logits, `T^2 mean (KL(p || m) + KL(q || m)) / 2`, `m = (p + q) / 2`;
 * symmetric, at most `T^2 log 2`.
 *
 * Shapes: a, b `[b, c]`; weights `[b]` -> scalar. Source: Lin 1991, "Divergence Measures Based on the Shannon Entropy".
 * @throws RangeError if the shapes differ or the temperature isn't positive.
 */
export function jsDivergence(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  weights?: tf.Tensor,
  { temperature = 1 }: DivergenceOptions = {},
): tf.Scalar {
  const [logP, logQ] = logProbabilities('compute jsDivergence', a, b, temperature);
  // log(p / m) = log 2 - softplus(log q - log p): no quotient of two vanishing numbers
  const toMiddle = (from: tf.Tensor, other: tf.Tensor) =>
    from.exp().mul(other.sub(from).softplus().neg().add(Math.LN2)).sum(-1);
  const perSample = toMiddle(logP, logQ).add(toMiddle(logQ, logP)).mul(0.5);
  return weightedMean(perSample, weights).mul(temperature ** 2) as tf.Scalar;
}

/**
 * The divergence of diagonal Gaussians from the standard one, `mean 1/2 sum_d (mu^2 + exp(v) - 1 - v)`, v the log-variance.
 *
 * Shapes: mean, logVariance `[b, d]`; weights `[b]` -> scalar, 0 where both are 0.
 * Source: Kingma & Welling 2014, "Auto-Encoding Variational Bayes", appendix B.
 * @throws RangeError if the shapes differ.
 */
export function gaussianKl(mean: tf.Tensor2D, logVariance: tf.Tensor2D, weights?: tf.Tensor): tf.Scalar {
  checkShape('compute gaussianKl', 'logVariance', logVariance, mean.shape);
  const perSample = mean.square().add(logVariance.exp()).sub(1).sub(logVariance).sum(-1).mul(0.5);
  return weightedMean(perSample, weights);
}

function logProbabilities(what: string, a: tf.Tensor2D, b: tf.Tensor2D, temperature: number): [tf.Tensor, tf.Tensor] {
  checkShape(what, 'target', a, [null, null]);
  checkShape(what, 'prediction', b, a.shape);
  if (!(temperature > 0)) throw new RangeError(`Cannot ${what} as temperature must be positive: got ${temperature}.`);
  return [tf.logSoftmax(a.div(temperature)), tf.logSoftmax(b.div(temperature))];
}
