/** A row-major matrix `[n, k]`. */
export type Matrix = { readonly data: Float32Array; readonly shape: readonly [number, number] };

export type LinearProbeInput = { readonly inputs: Matrix; readonly targets: Matrix };

export type LinearProbeResult = {
  /** `1 - SSE / SST` of each target on the test rows; below 0 for predictions worse than their mean. */
  readonly r2: Float64Array;
  /** `[n, k]` on the test rows. */
  readonly predictions: Matrix;
};

/**
 * How much of each target a linear map of the inputs tells: ridge regression with an intercept, fitted on `train` and scored on `test`.
 *
 * `W = (X'X / n + ridge I)^-1 X'Y / n` with X standardised and Y centred by `train`, solved by Cholesky in float64; a constant input is left out.
 *
 * Shapes: inputs `[n, d]`, targets `[n, k]` -> r2 `[k]`, predictions `[n, k]`.
 * Source: Hoerl and Kennard 1970; as a probe of what a representation holds, Alain and Bengio 2016.
 * @param options.ridge Above 0.
 * @throws RangeError if widths of train and test differ, if rows don't match or if ridge isn't above 0.
 * @example
 * const { r2 } = linearProbe({ inputs: sharedPart, targets: raw.factors.train.shared }, test); // near 1: the shared part holds it
 */
export function linearProbe(
  train: LinearProbeInput,
  test: LinearProbeInput,
  { ridge = 1e-2 }: { ridge?: number } = {},
): LinearProbeResult {
  if (!(ridge > 0)) throw new RangeError(`Cannot fit a linear probe as ridge must be above 0: got ${ridge}.`);
  const [numRows, inDim] = train.inputs.shape;
  const outDim = train.targets.shape[1];
  for (const { inputs, targets } of [train, test]) {
    if (inputs.shape[0] !== targets.shape[0] || inputs.shape[1] !== inDim || targets.shape[1] !== outDim) {
      throw new RangeError(
        `Cannot fit a linear probe as inputs must be [n, ${inDim}] and targets [n, ${outDim}]: got [${inputs.shape.join(', ')}] and [${targets.shape.join(', ')}].`,
      );
    }
  }
  const x = columnMoments(train.inputs);
  const y = columnMoments(train.targets);
  const standardized = (row: Float64Array, { data }: Matrix, index: number) => {
    for (let d = 0; d < inDim; d++) row[d] = (data[index * inDim + d]! - x.mean[d]!) * x.inverse[d]!;
  };

  const gram = new Float64Array(inDim * inDim); // lower triangle
  const moment = new Float64Array(inDim * outDim);
  const row = new Float64Array(inDim);
  for (let index = 0; index < numRows; index++) {
    standardized(row, train.inputs, index);
    for (let i = 0; i < inDim; i++) {
      const value = row[i]! / numRows;
      for (let j = 0; j <= i; j++) gram[i * inDim + j]! += value * row[j]!;
      for (let k = 0; k < outDim; k++) {
        moment[i * outDim + k]! += value * (train.targets.data[index * outDim + k]! - y.mean[k]!);
      }
    }
  }
  for (let i = 0; i < inDim; i++) gram[i * inDim + i]! += ridge;
  solveCholesky(gram, moment, inDim, outDim);

  const numTest = test.inputs.shape[0];
  const predictions = new Float32Array(numTest * outDim);
  const errors = new Float64Array(outDim);
  for (let index = 0; index < numTest; index++) {
    standardized(row, test.inputs, index);
    for (let k = 0; k < outDim; k++) {
      let sum = y.mean[k]!;
      for (let d = 0; d < inDim; d++) sum += row[d]! * moment[d * outDim + k]!;
      predictions[index * outDim + k] = sum;
      errors[k]! += (sum - test.targets.data[index * outDim + k]!) ** 2;
    }
  }
  const { variance } = columnMoments(test.targets);
  return {
    r2: errors.map((error, k) => 1 - error / numTest / variance[k]!),
    predictions: { data: predictions, shape: [numTest, outDim] },
  };
}

/** Means, variances, and 1 / standard deviation, 0 for a constant column. */
function columnMoments({ data, shape: [numRows, dim] }: Matrix) {
  const mean = new Float64Array(dim);
  const variance = new Float64Array(dim);
  for (let i = 0; i < data.length; i++) mean[i % dim]! += data[i]! / numRows;
  for (let i = 0; i < data.length; i++) variance[i % dim]! += (data[i]! - mean[i % dim]!) ** 2 / numRows;
  const inverse = variance.map((value, d) => (value > (1e-7 * mean[d]!) ** 2 ? 1 / Math.sqrt(value) : 0));
  return { mean, variance, inverse };
}

/** Solves `A X = B` in place of B for a positive definite A `[n, n]` of which the lower triangle is read and overwritten. */
function solveCholesky(a: Float64Array, b: Float64Array, n: number, columns: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!;
      a[i * n + j] = i === j ? Math.sqrt(sum) : sum / a[j * n + j]!;
    }
  }
  for (let c = 0; c < columns; c++) {
    for (let i = 0; i < n; i++) {
      let sum = b[i * columns + c]!;
      for (let k = 0; k < i; k++) sum -= a[i * n + k]! * b[k * columns + c]!;
      b[i * columns + c] = sum / a[i * n + i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = b[i * columns + c]!;
      for (let k = i + 1; k < n; k++) sum -= a[k * n + i]! * b[k * columns + c]!;
      b[i * columns + c] = sum / a[i * n + i]!;
    }
  }
}
