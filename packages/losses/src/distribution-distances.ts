import * as tf from '@tensorflow/tfjs';
import { checkPositiveInteger, checkShape } from '@trimodal/core';
import { meanDistance, quadraticForm, squaredDistances, TINY } from './distances';
import { shares } from './weighted-mean';

/** Weights of either sample's rows, `[n]` or `[n, 1]`, 0 where a row is absent. */
export type TwoSampleWeights = { readonly weightsA?: tf.Tensor; readonly weightsB?: tf.Tensor };

export type CmdOptions = TwoSampleWeights & {
  /** How many moments are compared. */
  readonly numMoments?: number;
  /** The width of the interval that the features lie in. */
  readonly range?: number;
};

export type MmdOptions = TwoSampleWeights & {
  /** Bandwidths of the kernels in units of the mean squared distance of both samples together. */
  readonly bandwidths?: readonly number[];
};

/**
 * The central moment discrepancy of two samples:
 * `|E a - E b| / r + sum_{k=2..K} |c_k(a) - c_k(b)| / r^k` with central moments `c_k` of each feature and range r.
 *
 * Shapes: a `[n, d]`, b `[m, d]` -> scalar; 0 for equal samples, and 0 if all rows of either are absent.
 * Source: Zellinger et al. 2017, "Central Moment Discrepancy"; as MISA uses it, 5 moments and range 1. The norm is
 * `sqrt(|x|^2 + 1e-8) - 1e-4`, whose gradient at 0 is finite.
 * @throws TypeError or RangeError if the shapes don't fit.
 */
export function cmd(a: tf.Tensor2D, b: tf.Tensor2D, options: CmdOptions = {}): tf.Scalar {
  const { numMoments = 5, range = 1, weightsA, weightsB } = options;
  checkTwoSamples('compute cmd', a, b);
  checkPositiveInteger('compute cmd', 'numMoments', numMoments);
  if (!(range > 0)) throw new RangeError(`Cannot compute cmd as range must be positive: got ${range}.`);
  const momentsA = moments(a, shares('compute cmd', a.shape[0], weightsA), numMoments);
  const momentsB = moments(b, shares('compute cmd', b.shape[0], weightsB), numMoments);
  const terms = momentsA.map((moment, k) => length(moment.sub(momentsB[k]!)).div(range ** (k + 1)));
  return gate(tf.addN(terms), weightsA, weightsB);
}

/**
 * The squared maximum mean discrepancy of two samples with a bank of RBF kernels, averaged over the bank:
 * `E k(a, a') + E k(b, b') - 2 E k(a, b)`, `k(x, y) = exp(-|x - y|^2 / (s_i mean distance))`.
 *
 * Shapes: a `[n, d]`, b `[m, d]` -> scalar, not negative; 0 if all rows of either are absent.
 * Source: Gretton et al. 2012, "A Kernel Two-Sample Test" (the biased estimate); the bank in units of the mean distance,
 * through which no gradient flows, is that of DAN (Long et al. 2015).
 * @throws TypeError or RangeError if the shapes don't fit.
 */
export function mmd(a: tf.Tensor2D, b: tf.Tensor2D, options: MmdOptions = {}): tf.Scalar {
  const { bandwidths = [0.25, 0.5, 1, 2, 4], weightsA, weightsB } = options;
  checkTwoSamples('compute mmd', a, b);
  if (bandwidths.length === 0 || bandwidths.some((bandwidth) => !(bandwidth > 0))) {
    throw new RangeError(`Cannot compute mmd as bandwidths must be positive, at least one: got [${bandwidths}].`);
  }
  const shareA = shares('compute mmd', a.shape[0], weightsA);
  const shareB = shares('compute mmd', b.shape[0], weightsB);
  // both samples as one, of signed shares: the three expectations are then one quadratic form
  const share = tf.concat([shareA, shareB]).mul(0.5) as tf.Tensor2D;
  const distances = squaredDistances(tf.concat([a, b]), share);
  const scale = meanDistance(distances, share);
  const signed = tf.concat([shareA, shareB.neg()]) as tf.Tensor2D;
  const scaled = distances.div(scale).neg();
  const kernel = tf.addN(bandwidths.map((bandwidth) => scaled.div(bandwidth).exp()));
  return gate(quadraticForm(kernel as tf.Tensor2D, signed).div(bandwidths.length), weightsA, weightsB);
}

/**
 * The Jensen-Shannon divergence of two samples taken for diagonal Gaussians, averaged over features: `(KL(p || g) + KL(q || g)) / 2` with
 * g the normalised geometric mean of p and q, which is a Gaussian too: precision `(1 / v_p + 1 / v_q) / 2`.
 *
 * To each variance a tenth of that of both samples together is added: a sample of a single row is then finitely far from others, and the
 * value doesn't change with the scale of the features.
 *
 * Shapes: a `[n, d]`, b `[m, d]` -> scalar, not negative; 0 if all rows of either are absent.
 * Source: Nielsen 2019, "On the Jensen-Shannon Symmetrization of Distances Relying on Abstract Means"; what is added is ours.
 * @throws TypeError or RangeError if the shapes don't fit.
 */
export function gaussianJs(a: tf.Tensor2D, b: tf.Tensor2D, { weightsA, weightsB }: TwoSampleWeights = {}): tf.Scalar {
  const what = 'compute gaussianJs';
  checkTwoSamples(what, a, b);
  const [meanA, ownA] = moments(a, shares(what, a.shape[0], weightsA), 2) as [tf.Tensor, tf.Tensor];
  const [meanB, ownB] = moments(b, shares(what, b.shape[0], weightsB), 2) as [tf.Tensor, tf.Tensor];
  const shift = meanA.sub(meanB).square();
  const together = ownA.add(ownB).div(2).add(shift.div(4));
  const least = together.mul(0.1).add(TINY);
  const [varianceA, varianceB] = [ownA.add(least), ownB.add(least)];
  const sum = varianceA.add(varianceB);
  const product = varianceA.mul(varianceB);
  const unlike = varianceA.sub(varianceB).square().div(product.mul(4));
  const moved = shift.mul(sum.div(product.mul(2)).sub(sum.reciprocal()));
  const perFeature = unlike.mul(2).sub(unlike.log1p()).add(moved).div(4); // the two divergences, v and the mean of g put in
  return gate(perFeature.mean(), weightsA, weightsB);
}

/** The mean `[1, d]` and the central moments 2 to K of each feature. */
function moments(x: tf.Tensor2D, share: tf.Tensor2D, numMoments: number): tf.Tensor[] {
  const mean = x.mul(share).sum(0, true);
  const centred = x.sub(mean);
  const found = [mean];
  let power = centred;
  for (let k = 2; k <= numMoments; k++) {
    power = power.mul(centred);
    found.push(power.mul(share).sum(0, true));
  }
  return found;
}

function length(x: tf.Tensor): tf.Tensor {
  return x.square().sum().add(1e-8).sqrt().sub(1e-4);
}

/** The value, or 0 if either sample has no row: an empty sample is no evidence of a difference. */
function gate(value: tf.Tensor, ...weights: readonly (tf.Tensor | undefined)[]): tf.Scalar {
  return weights.reduce<tf.Tensor>((sum, w) => (w ? sum.mul(w.sum().step()) : sum), value) as tf.Scalar;
}

function checkTwoSamples(what: string, a: tf.Tensor2D, b: tf.Tensor2D): void {
  checkShape(what, 'a', a, [null, null]);
  checkShape(what, 'b', b, [null, a.shape[1]]);
}
