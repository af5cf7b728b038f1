import { checkMatrix, type Numbers } from './checks';

/** A row-major matrix in float64. */
export type Matrix = { readonly data: Float64Array; readonly numRows: number; readonly numColumns: number };

/** Finite values as a matrix of `numRows`. @throws RangeError if they don't fill the rows. */
export function matrixOf(what: string, name: string, values: Numbers, numRows: number): Matrix {
  const numColumns = checkMatrix(what, name, values, numRows);
  return { data: Float64Array.from(values), numRows, numColumns };
}

/** The mean of each column. Shifted by the first row before summing, so that a constant column's mean is exact. */
export function columnMeans({ data, numRows, numColumns }: Matrix): Float64Array {
  const means = new Float64Array(numColumns);
  for (let i = 0; i < data.length; i++) means[i % numColumns]! += data[i]! - data[i % numColumns]!;
  return means.map((sum, column) => data[column]! + sum / numRows);
}

/** The matrix with `(x - centre) / scale` in each column. */
export function rescaled({ data, numRows, numColumns }: Matrix, centre: Float64Array, scale?: Float64Array): Matrix {
  const moved = data.map((value, i) => (value - centre[i % numColumns]!) / (scale?.[i % numColumns] ?? 1));
  return { data: moved, numRows, numColumns };
}

/** `A^T B` of two matrices of the same rows, row-major. */
export function transposedProduct(a: Matrix, b: Matrix): Float64Array {
  const product = new Float64Array(a.numColumns * b.numColumns);
  for (let row = 0; row < a.numRows; row++) {
    const startB = row * b.numColumns;
    for (let i = 0; i < a.numColumns; i++) {
      const factor = a.data[row * a.numColumns + i]!;
      if (factor === 0) continue;
      const start = i * b.numColumns;
      for (let j = 0; j < b.numColumns; j++) product[start + j]! += factor * b.data[startB + j]!;
    }
  }
  return product;
}
