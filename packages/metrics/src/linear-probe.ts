import { checkCount, type Numbers } from './checks';
import { argmaxRows, classificationMetrics } from './classification';
import { columnMeans, matrixOf, rescaled } from './matrices';
import { r2Score, ridgeRegression } from './ridge-regression';

/** Representations `[numRows, d]` and what to read from them, row-major. */
export type ProbeSet = { readonly x: Numbers; readonly y: Numbers; readonly numRows: number };

/** Representations `[numRows, d]` and the class `[numRows]` to read from them. */
export type ClassProbeSet = { readonly x: Numbers; readonly labels: Numbers };

export type LinearProbeOptions = {
  readonly train: ProbeSet;
  readonly test: ProbeSet;
  /** Ridge penalty on standardised inputs, 1 by default. */
  readonly penalty?: number;
};

export type LinearProbeAccuracyOptions = {
  readonly train: ClassProbeSet;
  readonly test: ClassProbeSet;
  readonly numClasses: number;
  /** Ridge penalty on standardised inputs, 1 by default. */
  readonly penalty?: number;
};

/**
 * How well a linear map reads a factor from a representation: ridge regression fitted on one set, R2 on another.
 *
 * Inputs are standardised by the training set, so that one penalty means the same for parts of any scale. Near 1: the
 * factor is there; near 0, or negative: a linear map finds no more than the mean. It measures recovery (shared part,
 * shared factor) as well as leakage (private part, shared factor).
 * Source: Alain & Bengio 2017, "Understanding Intermediate Layers Using Linear Classifier Probes".
 * @throws RangeError if the sets don't fit, or a value isn't finite.
 */
export function linearProbeR2({ train, test, penalty = 1 }: LinearProbeOptions): number {
  const numOutputs = train.y.length / train.numRows;
  return r2Score(test.y, probe(train, test.x, test.numRows, penalty), numOutputs);
}

/**
 * How well a linear map tells classes from a representation: ridge regression to one-hot classes fitted on one set, the
 * accuracy of its greatest output on another. Compare it with the share of the greatest class.
 *
 * Inputs are standardised by the training set.
 * @throws RangeError if the sets don't fit, a value isn't finite, or a label is no class.
 */
export function linearProbeAccuracy(options: LinearProbeAccuracyOptions): number {
  const { train, test, numClasses, penalty = 1 } = options;
  checkCount('compute linearProbeAccuracy', 'numClasses', numClasses);
  const numRows = train.labels.length;
  const oneHot = new Float64Array(numRows * numClasses);
  for (let i = 0; i < numRows; i++) {
    const label = train.labels[i]!;
    if (!(Number.isInteger(label) && label >= 0 && label < numClasses)) {
      throw new RangeError(
        `Cannot compute linearProbeAccuracy as labels must be classes from 0 to ${numClasses - 1}: got ${label} at index ${i}.`,
      );
    }
    oneHot[i * numClasses + label] = 1;
  }
  const scores = probe({ x: train.x, y: oneHot, numRows }, test.x, test.labels.length, penalty);
  return classificationMetrics(test.labels, argmaxRows(scores, numClasses), numClasses).accuracy;
}

function probe(train: ProbeSet, testX: Numbers, numTestRows: number, penalty: number): Float64Array {
  const what = 'fit a linear probe';
  const inputs = matrixOf(what, 'train.x', train.x, train.numRows);
  const others = matrixOf(what, 'test.x', testX, numTestRows);
  if (others.numColumns !== inputs.numColumns) {
    throw new RangeError(
      `Cannot ${what} as test.x must have the width of train.x, ${inputs.numColumns}: got ${others.numColumns}.`,
    );
  }
  const means = columnMeans(inputs);
  const scale = new Float64Array(inputs.numColumns);
  for (let i = 0; i < inputs.data.length; i++) {
    const column = i % inputs.numColumns;
    scale[column]! += (inputs.data[i]! - means[column]!) ** 2 / inputs.numRows;
  }
  // a constant column has nothing to tell, and keeps its unit
  const spread = scale.map((variance) => (variance === 0 ? 1 : Math.sqrt(variance)));
  const model = ridgeRegression({
    x: rescaled(inputs, means, spread).data,
    y: train.y,
    numRows: train.numRows,
    penalty,
  });
  return model.predict(rescaled(others, means, spread).data);
}
