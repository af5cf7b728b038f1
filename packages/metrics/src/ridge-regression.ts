import { checkCount, checkPaired, type Numbers } from './checks';
import { columnMeans, matrixOf, rescaled, transposedProduct } from './matrices';

export type RidgeOptions = {
  /** `[numRows, d]`, row-major. */
  readonly x: Numbers;
  /** `[numRows, k]`, row-major. */
  readonly y: Numbers;
  readonly numRows: number;
  /** Weight of the squared weights against the sum of squared errors, as scikit-learn's alpha. */
  readonly penalty: number;
};

export type RidgeModel = {
  /** `[d, k]`, row-major. */
  readonly weight: Float64Array;
  /** `[k]`, not penalised. */
  readonly bias: Float64Array;
  /** x `[rows, d]` -> `[rows, k]`. */
  predict(x: Numbers): Float64Array;
};

/**
 * Ridge regression in closed form: `W = (X^T X + penalty I)^-1 X^T Y` on centred data, by Cholesky's factors in float64.
 *
 * Source: Hoerl & Kennard 1970, "Ridge Regression".
 * @throws RangeError if the values don't fill the rows, one isn't finite, or the system is singular (penalty 0 and
 * dependent or constant columns).
 * @example ridgeRegression({ x: [0, 1, 2], y: [1, 3, 5], numRows: 3, penalty: 0 }).predict([3]); // [7]
 */
export function ridgeRegression({ x, y, numRows, penalty }: RidgeOptions): RidgeModel {
  const what = 'fit ridgeRegression';
  if (!(penalty >= 0 && Number.isFinite(penalty))) {
    throw new RangeError(`Cannot ${what} as penalty must not be negative: got ${penalty}.`);
  }
  const inputs = matrixOf(what, 'x', x, numRows);
  const outputs = matrixOf(what, 'y', y, numRows);
  const numInputs = inputs.numColumns;
  const numOutputs = outputs.numColumns;
  const inputMeans = columnMeans(inputs);
  const outputMeans = columnMeans(outputs);
  const centred = rescaled(inputs, inputMeans);
  const gram = transposedProduct(centred, centred);
  for (let i = 0; i < numInputs; i++) gram[i * numInputs + i]! += penalty;
  const weight = transposedProduct(centred, rescaled(outputs, outputMeans));
  solveInPlace(gram, weight, numInputs, numOutputs);

  const bias = outputMeans.map((mean, k) => {
    let offset = mean;
    for (let i = 0; i < numInputs; i++) offset -= inputMeans[i]! * weight[i * numOutputs + k]!;
    return offset;
  });
  const predict = (values: Numbers) => {
    if (values.length % numInputs !== 0) {
      throw new RangeError(
        `Cannot predict by ridgeRegression as x must fill rows of ${numInputs}: got ${values.length} values.`,
      );
    }
    return Float64Array.from({ length: (values.length / numInputs) * numOutputs }, (_, at) => {
      const row = Math.floor(at / numOutputs);
      const k = at % numOutputs;
      let sum = bias[k]!;
      for (let i = 0; i < numInputs; i++) sum += values[row * numInputs + i]! * weight[i * numOutputs + k]!;
      return sum;
    });
  };
  return { weight, bias, predict };
}

/**
 * The share of the variance that a prediction explains, `1 - sum (y - p)^2 / sum (y - mean y)^2`, as a mean over outputs.
 *
 * Negative where the prediction is worse than the mean. A constant truth has no variance to explain: 1 if it is met
 * exactly, else 0, as in scikit-learn.
 *
 * Shapes: truth, prediction `[n, numOutputs]`, row-major; the truth comes first.
 * @throws RangeError for no, unpaired or non-finite values.
 * @example r2Score([1, 2, 3], [1, 2, 2]); // 0.5
 */
export function r2Score(truth: Numbers, prediction: Numbers, numOutputs = 1): number {
  const what = 'compute r2Score';
  checkCount(what, 'numOutputs', numOutputs);
  checkPaired(what, ['truth', 'prediction'], truth, prediction);
  const wanted = matrixOf(what, 'truth', truth, truth.length / numOutputs);
  const means = columnMeans(wanted);
  let total = 0;
  for (let k = 0; k < numOutputs; k++) {
    let residual = 0;
    let variance = 0;
    for (let i = k; i < truth.length; i += numOutputs) {
      residual += (truth[i]! - prediction[i]!) ** 2;
      variance += (truth[i]! - means[k]!) ** 2;
    }
    if (variance > 0) total += 1 - residual / variance;
    else if (residual === 0) total += 1;
  }
  return total / numOutputs;
}

/** Solves `A X = B` for a symmetric positive definite A `[n, n]`; A becomes its factor, B `[n, k]` the solution. */
function solveInPlace(a: Float64Array, b: Float64Array, n: number, k: number): void {
  let greatest = 0;
  for (let i = 0; i < n; i++) greatest = Math.max(greatest, a[i * n + i]!);
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = a[i * n + j]!;
      for (let m = 0; m < j; m++) sum -= a[i * n + m]! * a[j * n + m]!;
      if (i > j) a[i * n + j] = sum / a[j * n + j]!;
      else if (sum > n * Number.EPSILON * greatest) a[j * n + j] = Math.sqrt(sum);
      else {
        throw new RangeError(
          `Cannot fit ridgeRegression as its columns must be independent: column ${j} isn't; give a greater penalty.`,
        );
      }
    }
  }
  for (let column = 0; column < k; column++) {
    for (let i = 0; i < n; i++) {
      let sum = b[i * k + column]!;
      for (let m = 0; m < i; m++) sum -= a[i * n + m]! * b[m * k + column]!;
      b[i * k + column] = sum / a[i * n + i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = b[i * k + column]!;
      for (let m = i + 1; m < n; m++) sum -= a[m * n + i]! * b[m * k + column]!;
      b[i * k + column] = sum / a[i * n + i]!;
    }
  }
}
