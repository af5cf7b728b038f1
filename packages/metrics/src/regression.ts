import { checkScored, type Numbers } from './checks';
import { weightedF1 } from './classification';

/** The scores of MOSI and MOSEI, unrounded. */
export type RegressionMetrics = {
  readonly mae: number;
  readonly corr: number;
  readonly acc7: number;
  readonly acc5: number;
  readonly acc2NonZero: number;
  readonly acc2HasZero: number;
  readonly f1NonZero: number;
  readonly f1HasZero: number;
};

/** The mean absolute error, `mean |truth - prediction|`. @throws RangeError for no, unpaired or non-finite values. */
export function mae(truth: Numbers, prediction: Numbers): number {
  checkScored('compute mae', truth, prediction);
  let sum = 0;
  for (let i = 0; i < truth.length; i++) sum += Math.abs(truth[i]! - prediction[i]!);
  return sum / truth.length;
}

/**
 * Pearson's correlation of truth and prediction, in [-1, 1].
 *
 * A constant truth or prediction has no correlation; the field's scripts print NaN there. Here it is 0, never NaN:
 * a model that says the same of every sample has explained nothing, and selection on `corr` mustn't stumble over it.
 * @throws RangeError for no, unpaired or non-finite values.
 */
export function pearson(truth: Numbers, prediction: Numbers): number {
  checkScored('compute pearson', truth, prediction);
  const x = standardShape(truth);
  const y = standardShape(prediction);
  let product = 0;
  let squaresX = 0;
  let squaresY = 0;
  for (let i = 0; i < x.length; i++) {
    product += x[i]! * y[i]!;
    squaresX += x[i]! ** 2;
    squaresY += y[i]! ** 2;
  }
  if (squaresX === 0 || squaresY === 0) return 0;
  return Math.max(-1, Math.min(1, product / Math.sqrt(squaresX * squaresY)));
}

/** Mean 0 and greatest deviation 1. Shifted by the first value before averaging, so that a constant is exactly 0. */
function standardShape(values: Numbers): Float64Array {
  const shifted = Float64Array.from(values, (value) => value - values[0]!);
  const mean = shifted.reduce((sum, value) => sum + value, 0) / shifted.length;
  const centred = shifted.map((value) => value - mean);
  const greatest = centred.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return greatest === 0 ? centred : centred.map((value) => value / greatest);
}

/** Accuracy of the seven classes -3 to 3: both sides clipped to [-3, 3] and rounded, halves to even as numpy does. */
export function acc7(truth: Numbers, prediction: Numbers): number {
  return roundedAccuracy('compute acc7', truth, prediction, 3);
}

/** Accuracy of the five classes -2 to 2: both sides clipped to [-2, 2] and rounded, halves to even as numpy does. */
export function acc5(truth: Numbers, prediction: Numbers): number {
  return roundedAccuracy('compute acc5', truth, prediction, 2);
}

/**
 * Accuracy of positive against negative, samples with truth 0 left out; `prediction > 0` counts as positive.
 * @throws RangeError if every truth is 0.
 */
export function acc2NonZero(truth: Numbers, prediction: Numbers): number {
  return accuracy(nonZeroClasses('compute acc2NonZero', truth, prediction));
}

/** Accuracy of non-negative against negative: `truth >= 0` against `prediction >= 0`. */
export function acc2HasZero(truth: Numbers, prediction: Numbers): number {
  return accuracy(hasZeroClasses('compute acc2HasZero', truth, prediction));
}

/** F1 of the two classes of `acc2NonZero`, weighted by their number in the truth. @throws RangeError if every truth is 0. */
export function f1NonZero(truth: Numbers, prediction: Numbers): number {
  return weightedF1(...nonZeroClasses('compute f1NonZero', truth, prediction), 2);
}

/** F1 of the two classes of `acc2HasZero`, weighted by their number in the truth. */
export function f1HasZero(truth: Numbers, prediction: Numbers): number {
  return weightedF1(...hasZeroClasses('compute f1HasZero', truth, prediction), 2);
}

/**
 * Every score that papers on MOSI and MOSEI print (labels in [-3, 3]), each variant by its own name, unrounded.
 *
 * Shapes: truth `[n]`, prediction `[n]`; the truth comes first, as weighted F1 counts its classes.
 * Source: the definitions that the published evaluation scripts share (MulT, MISA, MMSA).
 * @throws RangeError for no, unpaired or non-finite values (it names the index), or if every truth is 0.
 * @example
 * regressionMetrics([-1, 2, 0.4], [-0.6, 1.2, -0.2]).acc2NonZero; // 2 / 3
 */
export function regressionMetrics(truth: Numbers, prediction: Numbers): RegressionMetrics {
  return {
    mae: mae(truth, prediction),
    corr: pearson(truth, prediction),
    acc7: acc7(truth, prediction),
    acc5: acc5(truth, prediction),
    acc2NonZero: acc2NonZero(truth, prediction),
    acc2HasZero: acc2HasZero(truth, prediction),
    f1NonZero: f1NonZero(truth, prediction),
    f1HasZero: f1HasZero(truth, prediction),
  };
}

function roundedAccuracy(what: string, truth: Numbers, prediction: Numbers, limit: number): number {
  checkScored(what, truth, prediction);
  const classOf = (value: number) => roundHalfEven(Math.max(-limit, Math.min(limit, value)));
  let hits = 0;
  for (let i = 0; i < truth.length; i++) if (classOf(truth[i]!) === classOf(prediction[i]!)) hits++;
  return hits / truth.length;
}

function roundHalfEven(value: number): number {
  const up = Math.round(value); // halves go up
  return up - value === 0.5 && up % 2 !== 0 ? up - 1 : up;
}

type Classes = readonly [truth: Uint8Array, prediction: Uint8Array];

function nonZeroClasses(what: string, truth: Numbers, prediction: Numbers): Classes {
  checkScored(what, truth, prediction);
  const kept = Array.from({ length: truth.length }, (_, i) => i).filter((i) => truth[i] !== 0);
  if (kept.length === 0) {
    throw new RangeError(`Cannot ${what} as some truth must differ from 0: got ${truth.length} zeros.`);
  }
  return [
    Uint8Array.from(kept, (i) => (truth[i]! > 0 ? 1 : 0)),
    Uint8Array.from(kept, (i) => (prediction[i]! > 0 ? 1 : 0)),
  ];
}

function hasZeroClasses(what: string, truth: Numbers, prediction: Numbers): Classes {
  checkScored(what, truth, prediction);
  const nonNegative = (value: number) => (value >= 0 ? 1 : 0);
  return [Uint8Array.from(truth, nonNegative), Uint8Array.from(prediction, nonNegative)];
}

function accuracy([truth, prediction]: Classes): number {
  let hits = 0;
  for (let i = 0; i < truth.length; i++) if (truth[i] === prediction[i]) hits++;
  return hits / truth.length;
}
