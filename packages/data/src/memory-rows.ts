import type { RowSource } from './row-source';

/**
 * Rows of a row-major array that lies in memory; it isn't copied.
 *
 * @param data `n * ... ` values.
 * @param shape `[n, ...]`.
 * @throws RangeError if the shape doesn't hold as many values as the array.
 * @example
 * const rows = new MemoryRows(new Float32Array([1, 2, 3, 4, 5, 6]), [3, 2]);
 * const out = new Float32Array(4);
 * rows.readRows([2, 0], out); // 5, 6, 1, 2
 */
export class MemoryRows implements RowSource {
  readonly dtype = 'float32';
  private readonly rowLength: number;

  constructor(
    private readonly data: Float32Array,
    readonly shape: readonly number[],
  ) {
    this.rowLength = shape.slice(1).reduce((product, size) => product * size, 1);
    if (shape.length === 0 || shape[0]! * this.rowLength !== data.length) {
      throw new RangeError(
        `Cannot build MemoryRows as the shape must hold as many values as the array: got shape [${shape.join(', ')}], ${data.length} values.`,
      );
    }
  }

  readRows(rows: ArrayLike<number>, out: Float32Array): void {
    if (out.length < rows.length * this.rowLength) {
      throw new RangeError(
        `Cannot read ${rows.length} rows as out must hold ${rows.length * this.rowLength} values: got ${out.length}.`,
      );
    }
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (!Number.isInteger(row) || row < 0 || row >= this.shape[0]!) {
        throw new RangeError(`Cannot read a row as its number must be from 0 to ${this.shape[0]! - 1}: got ${row}.`);
      }
      out.set(this.data.subarray(row * this.rowLength, (row + 1) * this.rowLength), i * this.rowLength);
    }
  }

  readAll(): Float32Array {
    return this.data.slice();
  }
}
