import * as tf from '@tensorflow/tfjs';
import { checkPositiveInteger, checkShape, l2Normalize, Rng } from '@trimodal/core';
import type { TwoSampleWeights } from './distribution-distances';
import { shares } from './weighted-mean';

export type SlicedWassersteinOptions = TwoSampleWeights & {
  /** How many directions the samples are projected on. */
  readonly numProjections?: number;
  /** What the directions are drawn from; the same at every call, so that a step can be traced. */
  readonly seed?: number;
};

/**
 * The squared sliced Wasserstein distance of two samples: `mean_l W_2^2(a u_l, b u_l)` over fixed random directions u_l of length 1.
 *
 * On a line the best transport moves the i-th smallest to the i-th smallest. Its plan `[n, m]` is what the intervals of cumulated weight have in
 * common, so the samples may have other sizes and weights; ranks come from comparisons, no row is sorted. The plan changes only where two
 * rows swap places, so the gradient with the plan held is the exact one.
 *
 * Shapes: a `[n, d]`, b `[m, d]` -> scalar, not negative; 0 if all rows of either are absent. Memory grows as
 * `numProjections (n + m)^2`.
 * Source: Bonneel et al. 2015, "Sliced and Radon Wasserstein Barycenters of Measures"; fixed directions are ours.
 * @throws TypeError or RangeError if the shapes don't fit.
 * @example slicedWasserstein(a, a.add(1)); // E (sum u)^2, about 1
 */
export function slicedWasserstein(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  { numProjections = 16, seed = 1, weightsA, weightsB }: SlicedWassersteinOptions = {},
): tf.Scalar {
  const what = 'compute slicedWasserstein';
  checkShape(what, 'a', a, [null, null]);
  checkShape(what, 'b', b, [null, a.shape[1]]);
  checkPositiveInteger(what, 'numProjections', numProjections);
  const directions = randomDirections(numProjections, a.shape[1], seed); // l d
  const onLines = (x: tf.Tensor2D) => tf.matMul(directions, x, false, true); // l n
  const [left, right] = [onLines(a), onLines(b)];
  const plan = transport(left, right, shares(what, a.shape[0], weightsA), shares(what, b.shape[0], weightsB));
  return plan
    .mul(column(left).sub(row(right)).square())
    .sum()
    .div(numProjections);
}

/** How much of each row of a goes to each row of b, line by line: `[l, n]`, `[l, m]`, shares `[n, 1]`, `[m, 1]` -> `[l, n, m]`, no gradient. */
function transport(a: tf.Tensor, b: tf.Tensor, shareA: tf.Tensor2D, shareB: tf.Tensor2D): tf.Tensor {
  const plan = tf.customGrad((left, right) => {
    const [fromA, toA] = intervals(left as tf.Tensor, shareA);
    const [fromB, toB] = intervals(right as tf.Tensor, shareB);
    const value = column(toA)
      .minimum(row(toB))
      .sub(column(fromA).maximum(row(fromB)))
      .relu();
    return { value, gradFunc: () => [tf.zerosLike(left as tf.Tensor), tf.zerosLike(right as tf.Tensor)] };
  });
  return plan(a, b);
}

/** Where the weight of each row lies among those of its line, cumulated by rank: x `[l, n]`, share `[n, 1]` -> from, to `[l, n]`. */
function intervals(x: tf.Tensor, share: tf.Tensor2D): [tf.Tensor, tf.Tensor] {
  const size = share.shape[0];
  const gap = column(x).sub(row(x)); // l n n
  const above = gap.step();
  const equal = tf.sub(1, above).sub(gap.neg().step());
  const earlier = tf.range(0, size).expandDims(1).sub(tf.range(0, size)).step(); // of equal rows the first goes first
  const weight = share.reshape([1, 1, size]);
  const from = above.add(equal.mul(earlier)).mul(weight).sum(-1);
  return [from, from.add(share.reshape([1, size]))];
}

function randomDirections(count: number, dim: number, seed: number): tf.Tensor2D {
  const rng = new Rng(seed);
  const values = Float32Array.from({ length: count * dim }, () => rng.normal());
  return l2Normalize(tf.tensor2d(values, [count, dim]));
}

/** `[l, n]` -> `[l, n, 1]` */
const column = (x: tf.Tensor) => x.expandDims(2);
/** `[l, n]` -> `[l, 1, n]` */
const row = (x: tf.Tensor) => x.expandDims(1);
