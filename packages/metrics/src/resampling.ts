import { checkCount, checkPaired, type Numbers } from './checks';
import { checkConfidence } from './paired-t-test';
import { mean } from './statistics';

/** How two rows of predictions are scored against one truth. */
export type Scoring = {
  readonly truth: Numbers;
  readonly metric: (truth: Numbers, prediction: Numbers) => number;
};

export type PermutationOptions = {
  /** A seeded source of numbers in [0, 1), such as `() => rng.uniform()`. */
  readonly random: () => number;
  readonly numPermutations?: number;
  /** Scores predictions by any metric; without it `a` and `b` are scores themselves and their means are compared. */
  readonly scoring?: Scoring;
};

export type BootstrapOptions = {
  /** A seeded source of numbers in [0, 1), such as `() => rng.uniform()`. */
  readonly random: () => number;
  readonly numResamples?: number;
  readonly confidence?: number;
  /** Scores predictions by any metric; without it `a` and `b` are scores themselves and their means are compared. */
  readonly scoring?: Scoring;
};

export type PermutationTest = {
  /** The score of a minus that of b. */
  readonly difference: number;
  /** Two-sided. */
  readonly pValue: number;
  /** Whether every permutation was tried, so that chance had no part. */
  readonly exact: boolean;
};

export type BootstrapTest = {
  /** The score of a minus that of b. */
  readonly difference: number;
  /** The percentile interval of the difference. */
  readonly lower: number;
  readonly upper: number;
  /** Two-sided: twice the share of resamples on the other side of 0. */
  readonly pValue: number;
};

/**
 * The paired permutation test: how often does swapping a and b in random pairs part their scores as far as they are?
 *
 * With `2^n` no greater than `numPermutations` every swap is tried; else `p = (1 + hits) / (1 + numPermutations)`.
 * Pairs are seeds (scores of each) or samples (predictions of each, with `scoring`).
 * Source: Fisher 1935; for any metric, Noreen 1989, "Computer-Intensive Methods for Testing Hypotheses".
 * @throws RangeError for no, unpaired or non-finite values.
 * @example
 * pairedPermutationTest(predictionA, predictionB, { random: () => rng.uniform(), scoring: { truth, metric: mae } }).pValue;
 */
export function pairedPermutationTest(a: Numbers, b: Numbers, options: PermutationOptions): PermutationTest {
  const what = 'compute pairedPermutationTest';
  const { random, numPermutations = 10_000, scoring } = options;
  checkCount(what, 'numPermutations', numPermutations);
  checkSamples(what, a, b, scoring);
  const score = scoring ? (values: Numbers) => scoring.metric(scoring.truth, values) : mean;
  const difference = score(a) - score(b);
  // sums in another order differ in their last digits: those count as equal
  const threshold = Math.abs(difference) - 1e-12 * Math.max(1, Math.abs(difference));

  const exact = 2 ** a.length <= numPermutations;
  const rounds = exact ? 2 ** a.length : numPermutations;
  const left = Float64Array.from(a);
  const right = Float64Array.from(b);
  let hits = 0;
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < a.length; i++) {
      const swap = exact ? (round >> i) & 1 : random() < 0.5;
      left[i] = swap ? b[i]! : a[i]!;
      right[i] = swap ? a[i]! : b[i]!;
    }
    if (Math.abs(score(left) - score(right)) >= threshold) hits++;
  }
  return { difference, pValue: exact ? hits / rounds : (1 + hits) / (1 + rounds), exact };
}

/**
 * The paired bootstrap: the difference of two scores over samples drawn with replacement, the same for both.
 *
 * The interval is that of the percentiles; `p = min(1, 2 (1 + min(#{d <= 0}, #{d >= 0})) / (1 + numResamples))`.
 * Source: Efron & Tibshirani 1993, "An Introduction to the Bootstrap"; paired: Berg-Kirkpatrick et al. 2012.
 * @throws RangeError for no, unpaired or non-finite values, or if the metric throws on a resample.
 * @example
 * pairedBootstrap(predictionA, predictionB, { random: () => rng.uniform(), scoring: { truth, metric: pearson } }).lower;
 */
export function pairedBootstrap(a: Numbers, b: Numbers, options: BootstrapOptions): BootstrapTest {
  const what = 'compute pairedBootstrap';
  const { random, numResamples = 10_000, confidence = 0.95, scoring } = options;
  checkCount(what, 'numResamples', numResamples);
  checkConfidence(what, confidence);
  checkSamples(what, a, b, scoring);
  const truth = new Float64Array(a.length);
  const left = new Float64Array(a.length);
  const right = new Float64Array(a.length);
  const score = scoring ? (values: Numbers) => scoring.metric(truth, values) : mean;

  const differences = new Float64Array(numResamples);
  for (let round = 0; round < numResamples; round++) {
    for (let i = 0; i < a.length; i++) {
      const row = Math.floor(random() * a.length);
      truth[i] = scoring?.truth[row] ?? 0;
      left[i] = a[row]!;
      right[i] = b[row]!;
    }
    differences[round] = score(left) - score(right);
  }
  differences.sort();
  const tail = (1 - confidence) / 2;
  const notAbove = differences.filter((difference) => difference <= 0).length;
  const notBelow = differences.filter((difference) => difference >= 0).length;
  const whole = scoring ? (values: Numbers) => scoring.metric(scoring.truth, values) : mean;
  return {
    difference: whole(a) - whole(b),
    lower: quantile(differences, tail),
    upper: quantile(differences, 1 - tail),
    pValue: Math.min(1, (2 * (1 + Math.min(notAbove, notBelow))) / (1 + numResamples)),
  };
}

/** The quantile of sorted values, between neighbours by their distance, as numpy's default. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)]!;
  return below + (place - Math.floor(place)) * (sorted[Math.ceil(place)]! - below);
}

function checkSamples(what: string, a: Numbers, b: Numbers, scoring: Scoring | undefined): void {
  checkPaired(what, ['a', 'b'], a, b);
  if (scoring) checkPaired(what, ['truth', 'a'], scoring.truth, a);
}
