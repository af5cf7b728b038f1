/**
 * Rows of an array `[n, ...]`, wherever it lies: in memory, or in a file and read on demand.
 *
 * - `dtype` names the stored type as NumPy does (`float32`, `float64`, `int64`, ...); rows come out as float32 whatever it is.
 * - `readRows(rows, out)` writes row `rows[i]` to `out` from `i * rowLength`, in the order asked for; rows may repeat.
 * - `readAll()` returns every row in a new array that the caller owns.
 */
export type RowSource = {
  readonly shape: readonly number[];
  readonly dtype: string;
  readRows(rows: ArrayLike<number>, out: Float32Array): void;
  readAll(): Float32Array;
};
