import * as tf from '@tensorflow/tfjs';
import { checkShape, l2Normalize } from '@trimodal/core';
import { absolute } from './task-losses';
import { shares, weightedMean } from './weighted-mean';

/** Taken from the logit of a candidate that isn't there. */
const MUCH = 1e9;

export type ContrastiveOptions = { readonly temperature?: number };

export type SupervisedContrastiveOptions = ContrastiveOptions & {
  /** Two labels are the same if they differ by no more. */
  readonly sameWithin?: number;
};

export type MarginOptions = {
  /** The margin of two samples is this times the distance of their labels. */
  readonly marginPerDistance?: number;
  /** Two labels are the same if they differ by no more. */
  readonly sameWithin?: number;
};

/**
 * InfoNCE of two views of each sample, both ways: a row of `a` must find its own row of `b` among all, and the reverse;
 * the cross-entropy of `cos(a_i, b_j) / temperature` with target `j = i`.
 *
 * Shapes: a, b `[b, d]`; weights `[b]` or `[b, 1]`: a sample of weight 0 is neither anchor nor candidate -> scalar.
 * Source: van den Oord et al. 2018 (CPC); the symmetric form is that of CLIP (Radford et al. 2021).
 * @throws TypeError or RangeError if the shapes don't fit.
 */
export function contrastiveLoss(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  weights?: tf.Tensor,
  { temperature = 0.1 }: ContrastiveOptions = {},
): tf.Scalar {
  const what = 'compute contrastiveLoss';
  checkShape(what, 'a', a, [null, null]);
  checkShape(what, 'b', b, [...a.shape]);
  checkTemperature(what, temperature);
  const logits = tf.matMul(l2Normalize(a), l2Normalize(b), false, true).div(temperature); // b b
  const there = candidates(what, a.shape[0], weights);
  const own = tf.eye(a.shape[0]);
  const oneWay = (scores: tf.Tensor) => weightedMean(tf.logSoftmax(hide(scores, there)).mul(own).sum(-1), weights);
  return oneWay(logits).add(oneWay(logits.transpose())).mul(-0.5) as tf.Scalar;
}

/**
 * Supervised contrast: the log-probability of each anchor's positives, the others of the same label, among all others;
 * averaged over its positives, then over the anchors that have any.
 *
 * Shapes: features `[n, d]`, labels `[n]` or `[n, 1]`, weights `[n]` or `[n, 1]`: weight 0 is neither anchor nor
 * candidate -> scalar. To contrast over modalities, stack their features along the batch and repeat the labels.
 * Source: Khosla et al. 2020, "Supervised Contrastive Learning", L_out, on vectors scaled to length 1.
 * @throws TypeError or RangeError if the shapes don't fit.
 */
export function supervisedContrastiveLoss(
  features: tf.Tensor2D,
  labels: tf.Tensor,
  weights?: tf.Tensor,
  { temperature = 0.1, sameWithin = 0 }: SupervisedContrastiveOptions = {},
): tf.Scalar {
  const what = 'compute supervisedContrastiveLoss';
  checkShape(what, 'features', features, [null, null]);
  checkTemperature(what, temperature);
  const pairs = labelPairs(what, features.shape[0], labels, weights, sameWithin);
  const unit = l2Normalize(features);
  const logits = tf.matMul(unit, unit, false, true).div(temperature);
  const logProbs = tf.logSoftmax(hide(logits, pairs.others)); // n n
  const numPositives = pairs.same.sum(-1); // n
  const perAnchor = logProbs
    .mul(pairs.same)
    .sum(-1)
    .div(numPositives.maximum(tf.onesLike(numPositives)));
  const anchors = weights ? numPositives.step().mul(weights.reshape([-1])) : numPositives.step();
  return weightedMean(perAnchor, anchors).neg() as tf.Scalar;
}

/**
 * The margin loss by label distance: an anchor i is nearer to a sample j of its own label than to a sample k of another,
 * by a margin that grows with the distance of the labels:
 * `max(0, m |y_i - y_k| - cos(x_i, x_j) + cos(x_i, x_k))`, averaged over the pairs (j, k) of each anchor, then over the
 * anchors that have both.
 *
 * Shapes: features `[n, d]`, labels `[n]` or `[n, 1]`, weights `[n]` or `[n, 1]`, 0 where a row is absent -> scalar.
 * Stack the shared parts of all modalities along the batch and repeat the labels: then each sample's other modalities
 * are its positives. Takes memory for `n^3` numbers.
 * Source: DMD (Li et al. 2023) and DLF (Wang et al. 2025), m = 0.15 as in their code.
 * @throws TypeError or RangeError if the shapes don't fit.
 */
export function marginLoss(
  features: tf.Tensor2D,
  labels: tf.Tensor,
  weights?: tf.Tensor,
  { marginPerDistance = 0.15, sameWithin = 0 }: MarginOptions = {},
): tf.Scalar {
  const what = 'compute marginLoss';
  checkShape(what, 'features', features, [null, null]);
  const pairs = labelPairs(what, features.shape[0], labels, weights, sameWithin);
  const unit = l2Normalize(features);
  const cosines = tf.matMul(unit, unit, false, true); // n n
  const far = cosines.add(pairs.distance.mul(marginPerDistance)).expandDims(1); // n 1 k
  const hinges = far.sub(cosines.expandDims(2)).relu(); // n j k
  // sum over k of what differs, then over j of what is the same
  const sums = hinges.mul(pairs.different.expandDims(1)).sum(-1).mul(pairs.same).sum(-1); // n
  const counts = pairs.same.sum(-1).mul(pairs.different.sum(-1)); // n
  const anchors = weights ? counts.step().mul(weights.reshape([-1])) : counts.step();
  return weightedMean(sums.div(counts.maximum(tf.onesLike(counts))), anchors);
}

type LabelPairs = {
  /** `[n, n]`, 1 where the pair is there, i and j differ and their labels are the same. */
  same: tf.Tensor;
  different: tf.Tensor;
  others: tf.Tensor;
  distance: tf.Tensor;
};

function labelPairs(
  what: string,
  numSamples: number,
  labels: tf.Tensor,
  weights: tf.Tensor | undefined,
  sameWithin: number,
): LabelPairs {
  if (labels.size !== numSamples) {
    throw new RangeError(`Cannot ${what} as labels must have one value a row, ${numSamples}: got [${labels.shape}].`);
  }
  const column = labels.toFloat().reshape([numSamples, 1]);
  const distance = absolute(column.sub(column.transpose())); // n n
  const differs = distance.sub(sameWithin).step();
  const others = tf
    .onesLike(distance)
    .sub(tf.eye(numSamples))
    .mul(candidates(what, numSamples, weights));
  return {
    others,
    distance,
    different: others.mul(differs),
    same: others.sub(others.mul(differs)),
  };
}

/** 1 for each row that is there: `[1, n]`. */
function candidates(what: string, numSamples: number, weights?: tf.Tensor): tf.Tensor {
  return shares(what, numSamples, weights).step().transpose();
}

function hide(logits: tf.Tensor, there: tf.Tensor): tf.Tensor {
  return logits.add(there.sub(1).mul(MUCH));
}

function checkTemperature(what: string, temperature: number): void {
  if (!(temperature > 0)) throw new RangeError(`Cannot ${what} as temperature must be positive: got ${temperature}.`);
}
