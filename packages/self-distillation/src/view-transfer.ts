import * as tf from '@tensorflow/tfjs';
import { checkPositiveInteger, checkShape, cosineSimilarity, stopGradient } from '@trimodal/core';
import { klDivergence, l1Loss, reconstructionLoss, weightedMean } from '@trimodal/losses';
import { type TransferOptions, type TransferWeights, transferWeights, type ViewQuality } from './transfer-weights';

/** The prediction of a view, `[b, k]`: one score, or one logit a class; and how good the view is. */
export type PredictedView = ViewQuality & { readonly prediction: tf.Tensor2D };

/** The representation of a view, `[b, d]`, and how good the view is. */
export type RepresentedView = ViewQuality & { readonly representation: tf.Tensor2D };

/** The loss, each direction's mean, and what each counted for each sample. */
export type TransferOutput = {
  readonly loss: tf.Scalar;
  readonly aToB: tf.Scalar;
  readonly bToA: tf.Scalar;
  readonly weights: TransferWeights;
};

export type BidirectionalTransferOptions = TransferOptions & {
  /** What a prediction is: logits of classes, scores, or scores compared as soft histograms. */
  readonly kind: 'classes' | 'scores' | 'score-histogram';
  /** Of classes and histograms: logits are divided by it. */
  readonly temperature?: number;
  /** Of histograms: the bounds of scores. */
  readonly range?: readonly [number, number];
  /** Of histograms: how many bins lie between them, edges included. */
  readonly numBins?: number;
};

export type RepresentationTransferOptions = TransferOptions & { readonly kind?: 'cosine' | 'l2' };

/**
 * What the predictions of two views of the same samples have to learn from each other.
 *
 * `loss = mean_i aToB_i D(stop a_i, b_i) + mean_i bToA_i D(stop b_i, a_i)` with the weights of `transferWeights`; the source of each
 * direction gets no gradient from it. D is, by kind: `T^2 KL(softmax(source / T) || softmax(target / T))` for classes; `|a - b|` for
 * scores; for histograms the same KL of the logits `-((y - c_k) / w)^2 / 2` at bin centres c_k, w apart.
 *
 * Shapes: predictions `[b, k]`, k = 1 for scores; qualities and weights `[b]` -> scalars and weights `[b]`.
 * Source: FSRF (arXiv 2510.16086) transfers both ways; the form is that of deep mutual learning (Zhang et al. 2018), its weights and the
 * histogram are ours.
 * @throws TypeError or RangeError if shapes differ, or the temperature, the range or the number of bins is out of bounds.
 * @example bidirectionalTransfer({ prediction, taskLoss, observed }, other, { kind: 'classes', temperature: 3 }).loss;
 */
export function bidirectionalTransfer(
  a: PredictedView,
  b: PredictedView,
  options: BidirectionalTransferOptions,
): TransferOutput {
  const what = 'transfer predictions';
  checkShape(what, 'the prediction of a', a.prediction, [null, options.kind === 'classes' ? null : 1]);
  checkShape(what, 'the prediction of b', b.prediction, a.prediction.shape);
  return transfer(a.prediction, b.prediction, transferWeights(a, b, options), predictionDistance(options), options);
}

/**
 * What the representations of two views of the same samples have to learn from each other: as `bidirectionalTransfer`, with
 * `D = 1 - cos(a, b)`, or the mean square of `a - b`.
 *
 * Shapes: representations `[b, d]`; qualities and weights `[b]` -> scalars and weights `[b]`. Source: ours.
 * @throws TypeError or RangeError if shapes differ.
 */
export function representationTransfer(
  a: RepresentedView,
  b: RepresentedView,
  { kind = 'cosine', ...options }: RepresentationTransferOptions = {},
): TransferOutput {
  const what = 'transfer representations';
  checkShape(what, 'the representation of a', a.representation, [null, null]);
  checkShape(what, 'the representation of b', b.representation, a.representation.shape);
  const distance: Distance =
    kind === 'cosine'
      ? (source, target, weights) => weightedMean(cosineSimilarity(source, target).neg().add(1), weights)
      : reconstructionLoss;
  return transfer(a.representation, b.representation, transferWeights(a, b, options), distance, options);
}

/** The mean of what is between source and target, weighed. */
type Distance = (source: tf.Tensor2D, target: tf.Tensor2D, weights: tf.Tensor1D) => tf.Scalar;

function transfer(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  weights: TransferWeights,
  distance: Distance,
  { direction = 'both', weights: samples }: TransferOptions,
): TransferOutput {
  // a mean over samples of what counts differently: the mean weighed by w, times the mean of w
  const one = (source: tf.Tensor2D, target: tf.Tensor2D, w: tf.Tensor1D) =>
    distance(stopGradient(source), target, samples ? w.mul(samples) : w).mul<tf.Scalar>(weightedMean(w, samples));
  const aToB = direction === 'b-to-a' ? tf.scalar(0) : one(a, b, weights.aToB);
  const bToA = direction === 'a-to-b' ? tf.scalar(0) : one(b, a, weights.bToA);
  return { loss: aToB.add(bToA), aToB, bToA, weights };
}

function predictionDistance({
  kind,
  temperature = 2,
  range = [-3, 3],
  numBins = 7,
}: BidirectionalTransferOptions): Distance {
  if (kind === 'scores') return l1Loss;
  const divergence: Distance = (source, target, weights) => klDivergence(source, target, weights, { temperature });
  if (kind === 'classes') return divergence;
  checkPositiveInteger('transfer predictions', 'numBins', numBins);
  const [low, high] = range;
  if (!(numBins > 1 && high > low)) {
    throw new RangeError(
      `Cannot transfer predictions as a histogram must have two bins and a range from low to high: got numBins=${numBins}, range=[${range}].`,
    );
  }
  const width = (high - low) / (numBins - 1);
  const logits = (scores: tf.Tensor2D) =>
    scores
      .sub(tf.linspace(low, high, numBins))
      .div(width)
      .square()
      .mul<tf.Tensor2D>(-0.5); // b numBins
  return (source, target, weights) => divergence(logits(source), logits(target), weights);
}
