/// <reference path="./jstat.d.ts" />
import jStat from 'jstat';
import { checkFinite, checkPaired, type Numbers } from './checks';
import { mean, std } from './statistics';

export type PairedTTest = {
  /** The mean of `a - b`. */
  readonly difference: number;
  /** The interval of `difference` at the confidence asked for. */
  readonly lower: number;
  readonly upper: number;
  readonly t: number;
  readonly degreesOfFreedom: number;
  /** Two-sided. */
  readonly pValue: number;
};

/**
 * Student's paired t-test of two rows of scores, one pair a seed: is the mean of `a - b` other than 0?
 *
 * `t = mean(d) / (std(d) / sqrt(n))` with n - 1 degrees of freedom. Where all differences are equal there is no spread to
 * judge by: the p-value is 0 if they differ from 0, else 1.
 * Source: Student 1908, "The Probable Error of a Mean"; the distribution function is jstat's.
 * @param options.confidence Of the interval, 0.95 by default.
 * @throws RangeError for fewer than two pairs, unpaired or non-finite values.
 * @example pairedTTest([0.84, 0.86, 0.85], [0.82, 0.85, 0.83]).pValue; // 0.0377...
 */
export function pairedTTest(a: Numbers, b: Numbers, { confidence = 0.95 } = {}): PairedTTest {
  const what = 'compute pairedTTest';
  checkPaired(what, ['a', 'b'], a, b);
  checkConfidence(what, confidence);
  if (a.length < 2) throw new RangeError(`Cannot ${what} as there must be at least two pairs: got ${a.length}.`);
  const differences = Array.from(a, (value, i) => value - b[i]!);
  const difference = mean(differences);
  const error = std(differences) / Math.sqrt(differences.length);
  const degreesOfFreedom = differences.length - 1;
  const t = difference === 0 ? 0 : difference / error;
  const pValue = Number.isFinite(t) ? Math.min(1, 2 * jStat.studentt.cdf(-Math.abs(t), degreesOfFreedom)) : 0;
  const reach = error * jStat.studentt.inv((1 + confidence) / 2, degreesOfFreedom);
  return { difference, lower: difference - reach, upper: difference + reach, t, degreesOfFreedom, pValue };
}

/**
 * Holm's correction of several p-values, so that the chance of any false finding among them stays at the level asked for.
 *
 * The i-th smallest of m is multiplied by `m - i + 1`, made non-decreasing and cut at 1; returned in the order given.
 * Source: Holm 1979, "A Simple Sequentially Rejective Multiple Test Procedure".
 * @throws RangeError for no values or one outside [0, 1].
 * @example holmCorrection([0.01, 0.04, 0.03]); // [0.03, 0.06, 0.06]
 */
export function holmCorrection(pValues: Numbers): number[] {
  checkFinite('compute holmCorrection', 'pValues', pValues);
  const order = Array.from(pValues, (_, i) => i).sort((i, j) => pValues[i]! - pValues[j]!);
  const corrected = new Array<number>(pValues.length);
  let floor = 0;
  for (const [rank, i] of order.entries()) {
    const p = pValues[i]!;
    if (p < 0 || p > 1) {
      throw new RangeError(`Cannot compute holmCorrection as pValues must lie in [0, 1]: got ${p} at index ${i}.`);
    }
    floor = Math.max(floor, Math.min(1, (pValues.length - rank) * p));
    corrected[i] = floor;
  }
  return corrected;
}

/** Throws unless the confidence lies between 0 and 1. */
export function checkConfidence(what: string, confidence: number): void {
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`Cannot ${what} as confidence must lie between 0 and 1: got ${confidence}.`);
  }
}
