import type * as tf from '@tensorflow/tfjs';
import { checkShape, stopGradient } from '@trimodal/core';
import { weightedMean } from '@trimodal/losses';

/** How good a view of each sample is: its task loss `[b]` and the share of its steps that was observed `[b]`. */
export type ViewQuality = { readonly taskLoss: tf.Tensor1D; readonly observed: tf.Tensor1D };

export type TransferOptions = {
  /** Who teaches: both views, or one alone. */
  readonly direction?: 'both' | 'a-to-b' | 'b-to-a';
  /** What a direction counts: 1, or by how good its source is. */
  readonly weighting?: 'quality' | 'equal';
  /** Weights of samples `[b]`, 0 where a sample doesn't count. */
  readonly weights?: tf.Tensor1D;
};

/** What the transfer counts for each sample, `[b]`, no gradient; a direction that isn't taken counts 0. */
export type TransferWeights = { readonly aToB: tf.Tensor1D; readonly bToA: tf.Tensor1D };

/** Keeps the division by a mean loss of 0 finite. */
const TINY = 1e-8;

/**
 * How much each of two views is to teach the other, sample by sample.
 *
 * `aToB = 2 sigmoid((loss_b - loss_a) / s + (observed_a - observed_b))`, s the mean loss of both views in the batch, `bToA = 2 - aToB`:
 * the view of lower loss and of more observed steps teaches more, and views of one quality count 1 each, as with `weighting: 'equal'`.
 * A direction that isn't taken counts 0; the other keeps what it had. No gradient flows into any of it.
 *
 * Shapes: all `[b]`. Source: FSRF (arXiv 2510.16086) transfers both ways; the weights are ours.
 * @throws TypeError or RangeError if the shapes differ.
 * @example
 * const better = { taskLoss: tf.tensor1d([0.1]), observed: tf.tensor1d([1]) };
 * const worse = { taskLoss: tf.tensor1d([0.9]), observed: tf.tensor1d([0.5]) };
 * transferWeights(better, worse).aToB.dataSync(); // [1.8]
 */
export function transferWeights(
  a: ViewQuality,
  b: ViewQuality,
  { direction = 'both', weighting = 'quality', weights }: TransferOptions = {},
): TransferWeights {
  const what = 'weigh a transfer';
  checkShape(what, 'the task loss of a', a.taskLoss, [null]);
  const shape = a.taskLoss.shape;
  checkShape(what, 'the task loss of b', b.taskLoss, shape);
  checkShape(what, 'the observed share of a', a.observed, shape);
  checkShape(what, 'the observed share of b', b.observed, shape);
  if (weights) checkShape(what, 'weights', weights, shape);
  const taken = (wanted: 'a-to-b' | 'b-to-a') => (direction === 'both' || direction === wanted ? 1 : 0);
  const share = weighting === 'equal' ? a.taskLoss.zerosLike().add(1) : qualityShare(a, b, weights);
  return {
    aToB: stopGradient(share.mul<tf.Tensor1D>(taken('a-to-b'))),
    bToA: stopGradient(share.neg().add(2).mul<tf.Tensor1D>(taken('b-to-a'))),
  };
}

/** What a counts of 2. */
function qualityShare(a: ViewQuality, b: ViewQuality, weights?: tf.Tensor1D): tf.Tensor1D {
  const sum = a.taskLoss.add(b.taskLoss);
  const scale = weightedMean(sum, weights).mul(0.5).add(TINY);
  const advantage = b.taskLoss.sub(a.taskLoss).div(scale).add(a.observed.sub(b.observed));
  return advantage.sigmoid().mul(2);
}
