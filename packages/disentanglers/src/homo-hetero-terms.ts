import * as tf from '@tensorflow/tfjs';
import { entriesOf, type Modality, modalitiesOf, type PerModality, stopGradient, valueFor } from '@trimodal/core';
import { cmd, crossEntropyLoss, gaussianKl, hsic, mmd, orthogonalityLoss, reconstructionLoss } from '@trimodal/losses';
import type { HomoHeteroOutput } from './homo-hetero-disentangler';

/** prediction `[b, outDim]`, labels `[b]`, weights `[b]` (0 where a sample doesn't count) -> the mean over those that do. */
export type LabelLoss = (prediction: tf.Tensor2D, labels: tf.Tensor1D, weights: tf.Tensor1D) => tf.Scalar;

/** Under the logarithm of a variance: a batch whose noise is constant has a finite divergence and gradient. */
const LEAST_VARIANCE = 1e-4;

/**
 * How differently the homogeneous parts of the modalities are distributed: the distance of Ho_m and Ho_n over the samples that have the
 * modality, averaged over pairs.
 *
 * Source: FSRF (arXiv 2510.16086) constrains them; the distance is ours. By default MMD, as it is bounded: the fifth power of CMD
 * needs features in a narrow range.
 */
export function homogeneityTerm(
  { shared, observed }: Pick<HomoHeteroOutput, 'shared' | 'observed'>,
  { distance = 'mmd' }: { readonly distance?: 'mmd' | 'cmd' } = {},
): tf.Scalar {
  const apart = distance === 'mmd' ? mmd : cmd;
  return meanOf(
    pairsOf(shared).map(([m, n]) =>
      apart(vector(shared, m), vector(shared, n), {
        weightsA: valueFor(observed, m),
        weightsB: valueFor(observed, n),
      }),
    ),
  );
}

/**
 * How little the heterogeneous parts tell of their modality, and how much of each other: the cross-entropy of a classifier that names the
 * modality of He_m, averaged over modalities, plus the dependence (HSIC) of He_m and He_n over the samples that have both, averaged over pairs.
 *
 * Source: FSRF constrains them; the form is ours.
 * @param options.independence What the second summand counts.
 */
export function heterogeneityTerm(
  { private: own, modalityLogits, observed }: Pick<HomoHeteroOutput, 'private' | 'modalityLogits' | 'observed'>,
  { independence = 1 }: { readonly independence?: number } = {},
): tf.Scalar {
  const names = modalitiesOf(modalityLogits);
  const classification = meanOf(
    entriesOf(modalityLogits).map(([modality, logits]) => {
      const row = tf.tensor2d([names.map((name) => Number(name === modality))]);
      return crossEntropyLoss(logits, tf.tile(row, [logits.shape[0], 1]), valueFor(observed, modality));
    }),
  );
  const dependence = meanOf(
    pairsOf(own).map(([m, n]) =>
      hsic(vector(own, m), vector(own, n), valueFor(observed, m).mul(valueFor(observed, n))),
    ),
  );
  return classification.add(dependence.mul(independence));
}

/**
 * How much any two of a modality's parts vary together over the batch: the mean square of `A^T B` of batch-centred rows of length 1, over
 * (Ho, He), (Ho, No) and (He, No), averaged over these and over modalities. It grows with the square of the batch size.
 *
 * Source: FSRF asks for no redundancy; the form is the difference loss of MISA (Hazarika et al. 2020).
 */
export function deRedundancyTerm({
  shared,
  private: own,
  noise,
  observed,
}: Pick<HomoHeteroOutput, 'shared' | 'private' | 'noise' | 'observed'>): tf.Scalar {
  return meanOf(
    modalitiesOf(shared).flatMap((modality) => {
      const there = valueFor(observed, modality);
      const [ho, he, no] = [vector(shared, modality), vector(own, modality), noise[modality]];
      const overlap = (a: tf.Tensor2D, b: tf.Tensor2D) => orthogonalityLoss(a, b, there);
      return no ? [overlap(ho, he), overlap(ho, no), overlap(he, no)] : [overlap(ho, he)];
    }),
  );
}

/**
 * What keeps the noise from telling the label, and from holding all there is: the task loss of a head behind a gradient reversal, averaged
 * over modalities - the head learns to read the label from No, the noise encoder to leave it out - plus the divergence of the batch's
 * diagonal Gaussian from the standard one, `KL(N(mean No, var No) || N(0, I)) / d`; 0 without noise.
 *
 * Shapes: labels, weights `[b]` -> scalar.
 * Source: gradient reversal is Ganin & Lempitsky 2015's. Ours: both for FSRF's noise; the divergence is of the batch, not of each
 * sample, whose minimum would be a noise of 0: it bounds the scale of No and asks its features to be used.
 * @param options.capacity What the second summand counts.
 */
export function noiseTerm(
  { noise, noisePrediction, observed }: Pick<HomoHeteroOutput, 'noise' | 'noisePrediction' | 'observed'>,
  labels: tf.Tensor1D,
  weights: tf.Tensor1D,
  labelLoss: LabelLoss,
  { capacity = 1 }: { readonly capacity?: number } = {},
): tf.Scalar {
  const told = labelTerm(noisePrediction, observed, labels, weights, labelLoss);
  const held = meanOf(entriesOf(noise).map(([modality, x]) => batchDivergence(x, valueFor(observed, modality))));
  return told.add(held.mul(capacity));
}

/**
 * How badly Ho alone, and He alone, tell the label: the task loss of a head on each, averaged over modalities, summed over the two parts.
 *
 * Shapes: labels, weights `[b]` -> scalar. Source: ours; the parts that reach the fusion must be of use to it.
 */
export function sufficiencyTerm(
  {
    sharedPrediction,
    privatePrediction,
    observed,
  }: Pick<HomoHeteroOutput, 'sharedPrediction' | 'privatePrediction' | 'observed'>,
  labels: tf.Tensor1D,
  weights: tf.Tensor1D,
  labelLoss: LabelLoss,
): tf.Scalar {
  const term = (prediction: PerModality<tf.Tensor2D>) => labelTerm(prediction, observed, labels, weights, labelLoss);
  return term(sharedPrediction).add(term(privatePrediction));
}

/**
 * How far Z as decoded from a modality's own parts is from Z: squared error over the samples that have it, averaged over modalities.
 *
 * Source: HRLF (Li et al. 2024). Ours: no gradient reaches the target.
 */
export function ownReconstructionTerm({
  decoded,
  pooled,
  observed,
}: Pick<HomoHeteroOutput, 'decoded' | 'pooled' | 'observed'>): tf.Scalar {
  return meanOf(
    entriesOf(decoded).map(([modality, x]) =>
      reconstructionLoss(x, stopGradient(valueFor(pooled, modality)), valueFor(observed, modality)),
    ),
  );
}

/**
 * How far Z as decoded with the homogeneous part of another modality is from Z: squared error over the samples that have both, averaged
 * over ordered pairs; 0 for a single modality.
 *
 * Source: HRLF (Li et al. 2024). Ours: no gradient reaches the target.
 */
export function crossReconstructionTerm({
  crossDecoded,
  pooled,
  observed,
}: Pick<HomoHeteroOutput, 'crossDecoded' | 'pooled' | 'observed'>): tf.Scalar {
  return meanOf(
    entriesOf(crossDecoded).flatMap(([m, others]) => {
      const target = stopGradient(valueFor(pooled, m));
      return entriesOf(others).map(([n, x]) =>
        reconstructionLoss(x, target, valueFor(observed, m).mul(valueFor(observed, n))),
      );
    }),
  );
}

function labelTerm(
  predictions: PerModality<tf.Tensor2D>,
  observed: PerModality<tf.Tensor2D>,
  labels: tf.Tensor1D,
  weights: tf.Tensor1D,
  labelLoss: LabelLoss,
): tf.Scalar {
  return meanOf(
    entriesOf(predictions).map(([modality, prediction]) => {
      const there = valueFor(observed, modality).reshape<tf.Tensor1D>([-1]);
      return labelLoss(prediction, labels, weights.mul(there));
    }),
  );
}

/** `[b, d]`, there `[b, 1]` -> how far the Gaussian of the batch is from N(0, I), a feature; 0 if no row is there. */
function batchDivergence(x: tf.Tensor2D, there: tf.Tensor2D): tf.Scalar {
  const count = there.sum();
  const share = there.div(count.maximum(1));
  const mean = x.mul(share).sum<tf.Tensor2D>(0, true); // 1 d
  const variance = x.sub(mean).square().mul(share).sum<tf.Tensor2D>(0, true);
  const logVariance = variance.add<tf.Tensor2D>(LEAST_VARIANCE).log();
  return gaussianKl(mean, logVariance, count.minimum(1).reshape([1])).div(x.shape[1]);
}

function vector(parts: PerModality<tf.Tensor3D>, modality: Modality): tf.Tensor2D {
  return valueFor(parts, modality).squeeze([1]);
}

function pairsOf(record: PerModality<unknown>): [Modality, Modality][] {
  const modalities = modalitiesOf(record);
  return modalities.flatMap((m, i) => modalities.slice(i + 1).map((n): [Modality, Modality] => [m, n]));
}

function meanOf(terms: readonly tf.Scalar[]): tf.Scalar {
  return terms.length === 0 ? tf.scalar(0) : tf.addN([...terms]).div(terms.length);
}
