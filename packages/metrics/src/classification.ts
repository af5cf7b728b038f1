import { checkCount, checkScored, type Numbers } from './checks';

/** The scores of a classification, unrounded. */
export type ClassificationMetrics = {
  readonly accuracy: number;
  readonly f1Macro: number;
  readonly f1Weighted: number;
  readonly precisionMacro: number;
  readonly precisionWeighted: number;
  readonly recallMacro: number;
  readonly recallWeighted: number;
  /** `confusion[t][p]`: how many samples of true class t were predicted as p. */
  readonly confusion: readonly (readonly number[])[];
};

/**
 * Accuracy, precision, recall and F1 of class indices, as means over classes (macro) and weighted by their number in the truth.
 *
 * A class that is never predicted has precision 0, one that never occurs recall 0. A class that is in neither truth nor
 * prediction takes no part in the macro means, as in scikit-learn.
 *
 * Shapes: truth `[n]`, predicted `[n]`, both indices below `numClasses`; the truth comes first.
 * @throws RangeError for no or unpaired values, or one that is no class (it names the index).
 * @example
 * classificationMetrics([0, 0, 1, 2], [0, 1, 1, 2], 3).f1Macro; // (2/3 + 2/3 + 1) / 3
 */
export function classificationMetrics(truth: Numbers, predicted: Numbers, numClasses: number): ClassificationMetrics {
  const what = 'compute classificationMetrics';
  checkCount(what, 'numClasses', numClasses);
  checkScored(what, truth, predicted);
  checkClasses(what, 'truth', truth, numClasses);
  checkClasses(what, 'predicted', predicted, numClasses);

  const confusion = Array.from({ length: numClasses }, () => new Array<number>(numClasses).fill(0));
  for (let i = 0; i < truth.length; i++) confusion[truth[i]!]![predicted[i]!]!++;
  const classes = confusion.map((row, c) => classScores(row, c, confusion));
  const occurring = classes.filter(({ support, claimed }) => support + claimed > 0);
  const macro = (score: keyof ClassScores) => sum(occurring.map((c) => c[score])) / occurring.length;
  const weighted = (score: keyof ClassScores) => sum(classes.map((c) => c[score] * c.support)) / truth.length;
  return {
    accuracy: sum(classes.map(({ hits }) => hits)) / truth.length,
    f1Macro: macro('f1'),
    f1Weighted: weighted('f1'),
    precisionMacro: macro('precision'),
    precisionWeighted: weighted('precision'),
    recallMacro: macro('recall'),
    recallWeighted: weighted('recall'),
    confusion,
  };
}

/** F1 weighted by the number of each class in the truth. */
export function weightedF1(truth: Numbers, predicted: Numbers, numClasses: number): number {
  return classificationMetrics(truth, predicted, numClasses).f1Weighted;
}

/**
 * The index of the greatest of each row's `numClasses` scores, the first of equals: logits `[n, numClasses]` -> `[n]`.
 * @throws RangeError if the scores don't fill rows or one is NaN.
 */
export function argmaxRows(scores: Numbers, numClasses: number): Int32Array {
  checkCount('take argmaxRows', 'numClasses', numClasses);
  if (scores.length % numClasses !== 0) {
    throw new RangeError(
      `Cannot take argmaxRows as scores must fill rows of ${numClasses}: got ${scores.length} values.`,
    );
  }
  return Int32Array.from({ length: scores.length / numClasses }, (_, row) => {
    let best = 0;
    for (let c = 0; c < numClasses; c++) {
      const score = scores[row * numClasses + c]!;
      if (Number.isNaN(score)) {
        throw new RangeError(`Cannot take argmaxRows as scores must be numbers: got NaN in row ${row}, column ${c}.`);
      }
      if (score > scores[row * numClasses + best]!) best = c;
    }
    return best;
  });
}

type ClassScores = { hits: number; support: number; claimed: number; precision: number; recall: number; f1: number };

function classScores(row: readonly number[], c: number, confusion: readonly (readonly number[])[]): ClassScores {
  const hits = row[c]!;
  const support = sum(row);
  const claimed = sum(confusion.map((other) => other[c]!));
  return {
    hits,
    support,
    claimed,
    precision: claimed === 0 ? 0 : hits / claimed,
    recall: support === 0 ? 0 : hits / support,
    f1: support + claimed === 0 ? 0 : (2 * hits) / (support + claimed),
  };
}

function checkClasses(what: string, name: string, values: Numbers, numClasses: number): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isInteger(value) || value < 0 || value >= numClasses) {
      throw new RangeError(
        `Cannot ${what} as ${name} must hold classes from 0 to ${numClasses - 1}: got ${value} at index ${i}.`,
      );
    }
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
