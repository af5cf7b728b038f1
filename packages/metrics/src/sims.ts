import { checkScored, type Numbers } from './checks';
import { classificationMetrics } from './classification';
import { mae, pearson } from './regression';

/** The scores of CH-SIMS, unrounded. */
export type SimsMetrics = {
  readonly mae: number;
  readonly corr: number;
  readonly acc2: number;
  readonly acc3: number;
  readonly acc5: number;
  readonly f1: number;
};

/** Upper ends, inclusive, of every class but the last. */
const BORDERS = { two: [0], three: [-0.1, 0.1], five: [-0.7, -0.1, 0.1, 0.7] } as const;

/**
 * The scores of CH-SIMS (labels in [-1, 1]): 2 classes parted at 0 (0 itself is negative), 3 at +-0.1, 5 at +-0.1 and
 * +-0.7, an upper end belonging to its class; F1 is that of the 2 classes, weighted by their number in the truth.
 *
 * Values are compared with the borders as float32, the precision of the label files: 0.1 read from a file is neutral.
 * `mae` and `corr` take the prediction as it is, classes clip it to [-1, 1] by construction.
 *
 * Shapes: truth `[n]`, prediction `[n]`; the truth comes first.
 * Source: the evaluation script of MMSA, which published the data set.
 * @throws RangeError for no, unpaired or non-finite values (it names the index).
 * @example simsMetrics([-0.8, 0, 0.6], [-0.2, 0.3, 0.9]).acc3; // 2 / 3
 */
export function simsMetrics(truth: Numbers, prediction: Numbers): SimsMetrics {
  checkScored('compute simsMetrics', truth, prediction);
  const classes = (borders: readonly number[]) =>
    classificationMetrics(classify(truth, borders), classify(prediction, borders), borders.length + 1);
  const two = classes(BORDERS.two);
  return {
    mae: mae(truth, prediction),
    corr: pearson(truth, prediction),
    acc2: two.accuracy,
    acc3: classes(BORDERS.three).accuracy,
    acc5: classes(BORDERS.five).accuracy,
    f1: two.f1Weighted,
  };
}

function classify(values: Numbers, borders: readonly number[]): Uint8Array {
  return Uint8Array.from(values, (value) => borders.filter((end) => Math.fround(value) > Math.fround(end)).length);
}
