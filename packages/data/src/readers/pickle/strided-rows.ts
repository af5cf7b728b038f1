import { decodeNumbers, type ElementType, isPlainFloat32 } from './element-type';
import type { ByteSource } from './payload';

/** Where the elements of an array lie: element `[i, j, ...]` is number `i * strides[0] + j * strides[1] + ...` of its bytes. */
export type Layout = { readonly shape: readonly number[]; readonly strides: readonly number[] };
export type NumberArray = Float32Array | Float64Array;

/** Elements that are converted, or read across gaps, at once. */
const BLOCK = 2 ** 18;
/** Gaps of up to so many elements are read along rather than jumped. */
const GAP = 2 ** 14;
/** Pieces of a row shorter than this are read for all wanted rows at once. */
const SHORT_RUN = 64;

export function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}

/** Strides in elements of an array whose last (`C`) or first (`F`) index moves fastest. */
export function stridesOf(shape: readonly number[], order: 'C' | 'F'): number[] {
  const strides = new Array<number>(shape.length);
  const axes = [...shape.keys()];
  if (order === 'C') axes.reverse();
  let stride = 1;
  for (const axis of axes) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** The place of every element of an array, in C order. */
export function elementOffsets({ shape, strides }: Layout): Float64Array {
  let offsets = Float64Array.of(0);
  shape.forEach((size, axis) => {
    const next = new Float64Array(offsets.length * size);
    for (let i = 0; i < next.length; i++) next[i] = offsets[Math.floor(i / size)]! + (i % size) * strides[axis]!;
    offsets = next;
  });
  return offsets;
}

/** Reads rows `[n, ...]` of numbers out of bytes in any layout, by as few reads as is sensible. */
export class StridedRows {
  readonly rowLength: number;
  /** How many elements of a row lie side by side. */
  private readonly run: number;
  /** Where in a row its runs begin, in C order; made when first needed. */
  private cachedOffsets: Float64Array | undefined;

  constructor(
    private readonly bytes: ByteSource,
    private readonly type: ElementType,
    private readonly layout: Layout,
  ) {
    this.rowLength = product(layout.shape.slice(1));
    this.run = this.runLength();
  }

  /** Writes row `rows[i]` to `out` from `i * rowLength`. The rows must exist and `out` be long enough. */
  read(rows: ArrayLike<number>, out: NumberArray): void {
    if (this.rowLength === 0) return;
    const { run, rowLength } = this;
    const rowStride = this.layout.strides[0]!;
    if (run === rowLength && rowStride === rowLength) {
      for (let i = 0, count = 1; i < rows.length; i += count) {
        for (count = 1; i + count < rows.length && rows[i + count] === rows[i]! + count; ) count++;
        this.readRun(rows[i]! * rowLength, count * rowLength, out, i * rowLength);
      }
    } else if (run >= SHORT_RUN) {
      for (let i = 0; i < rows.length; i++) {
        this.offsets().forEach((offset, j) => {
          this.readRun(rows[i]! * rowStride + offset, run, out, i * rowLength + j * run);
        });
      }
    } else if (rows.length > 0) {
      this.readAcross(rows, out);
    }
  }

  /** Elements that lie side by side. */
  readRun(start: number, count: number, out: NumberArray, at: number): void {
    const { size } = this.type;
    if (isPlainFloat32(this.type) && out instanceof Float32Array) {
      this.bytes.read(start * size, new Uint8Array(out.buffer, out.byteOffset + at * size, count * size));
      return;
    }
    for (let done = 0; done < count; done += BLOCK) {
      const length = Math.min(BLOCK, count - done);
      const bytes = new Uint8Array(length * size);
      this.bytes.read((start + done) * size, bytes);
      out.set(decodeNumbers(bytes, this.type), at + done);
    }
  }

  /** Rows whose elements lie far apart (Fortran order): each piece of the file that holds wanted elements is read once. */
  private readAcross(rows: ArrayLike<number>, out: NumberArray): void {
    const rowStride = this.layout.strides[0]!;
    const offsets = this.offsets();
    const columns = Uint32Array.from({ length: offsets.length * this.run }, (_, i) => i);
    const place = (column: number) => offsets[Math.floor(column / this.run)]! + (column % this.run);
    columns.sort((a, b) => place(a) - place(b));
    let first = Number.POSITIVE_INFINITY;
    let last = 0;
    for (let i = 0; i < rows.length; i++) {
      first = Math.min(first, rows[i]!);
      last = Math.max(last, rows[i]!);
    }
    const span = (last - first) * rowStride + 1;
    for (let begin = 0, end = 0; begin < columns.length; begin = end) {
      const start = place(columns[begin]!);
      let stop = start + span;
      for (end = begin + 1; end < columns.length; end++) {
        const next = place(columns[end]!);
        if (next - stop > GAP || next + span - start > BLOCK) break;
        stop = next + span;
      }
      const block = out instanceof Float32Array ? new Float32Array(stop - start) : new Float64Array(stop - start);
      this.readRun(start + first * rowStride, block.length, block, 0);
      for (let j = begin; j < end; j++) {
        const from = place(columns[j]!) - start;
        for (let i = 0; i < rows.length; i++) {
          out[i * this.rowLength + columns[j]!] = block[from + (rows[i]! - first) * rowStride]!;
        }
      }
    }
  }

  private runLength(): number {
    const { shape, strides } = this.layout;
    let run = 1;
    for (let axis = shape.length - 1; axis > 0; axis--) {
      if (shape[axis] !== 1 && strides[axis] !== run) break;
      run *= shape[axis]!;
    }
    return run;
  }

  private offsets(): Float64Array {
    if (this.cachedOffsets === undefined) {
      const all = elementOffsets({ shape: this.layout.shape.slice(1), strides: this.layout.strides.slice(1) });
      this.cachedOffsets = all.filter((_, i) => i % this.run === 0);
    }
    return this.cachedOffsets;
  }
}
