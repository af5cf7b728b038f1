import type { FeatureMoments, FeatureStatistics } from './feature-statistics';
import { type Align, observedRange } from './observed-range';
import type { RowSource } from './row-source';

/** What was found in the features of a modality and made 0. */
export type CleanedCounts = {
  nan: number;
  positiveInfinity: number;
  negativeInfinity: number;
  /** Values other than 0 in padded steps: many of them tell of wrong lengths or of the wrong `align`. */
  padding: number;
};

/** About as many values are read at a time from a source that isn't cached. */
const CHUNK_VALUES = 2 ** 22;

/**
 * Rows of one modality of one split as a model sees them: cut or padded to `time` steps, 0 where not finite,
 * standardised if statistics are given, 0 in padded steps.
 */
export class FeatureRows {
  private readonly rowLength: number;
  private readonly storedTime: number;
  private cached: Float32Array | undefined;
  private mean: Float64Array | undefined;
  /** 1 / std, 0 for a constant feature. */
  private scale: Float64Array | undefined;

  /** @param lengths Observed steps of each row, `time` at most. */
  constructor(
    private readonly source: RowSource,
    private readonly lengths: Int32Array,
    private readonly time: number,
    private readonly dim: number,
    private readonly align: Align,
  ) {
    this.rowLength = time * dim;
    this.storedTime = source.shape[1]!;
  }

  get bytes(): number {
    return this.lengths.length * this.rowLength * Float32Array.BYTES_PER_ELEMENT;
  }

  /** Counts what has to be cleaned and feeds the observed steps to `moments`; with `cache` the rows stay in memory. Call once, first. */
  scan(cache: boolean, moments?: FeatureMoments): CleanedCounts {
    const counts: CleanedCounts = { nan: 0, positiveInfinity: 0, negativeInfinity: 0, padding: 0 };
    const size = this.lengths.length;
    if (cache) {
      this.cached = this.storedTime === this.time ? this.source.readAll() : this.readFitted(range(0, size));
      for (let row = 0; row < size; row++) this.scanRow(this.cached, row * this.rowLength, row, counts, moments);
      return counts;
    }
    const rowsAtOnce = Math.max(1, Math.floor(CHUNK_VALUES / (this.storedTime * this.dim)));
    for (let from = 0; from < size; from += rowsAtOnce) {
      const rows = range(from, Math.min(from + rowsAtOnce, size));
      const chunk = this.readFitted(rows);
      for (let i = 0; i < rows.length; i++) this.scanRow(chunk, i * this.rowLength, rows[i]!, counts, moments);
    }
    return counts;
  }

  /** Sets the scaling, `undefined` for none, and cleans what is cached. Call once, after `scan`. */
  prepare(statistics: FeatureStatistics | undefined): void {
    this.mean = statistics?.mean;
    this.scale = statistics?.std.map((std, d) => (statistics.constant[d] ? 0 : 1 / std));
    if (!this.cached) return;
    for (let row = 0; row < this.lengths.length; row++) this.cleanRow(this.cached, row * this.rowLength, row);
  }

  /** Writes the rows asked for to the start of `out`. */
  readRows(rows: ArrayLike<number>, out: Float32Array): void {
    if (this.cached) {
      for (let i = 0; i < rows.length; i++) {
        out.set(this.cached.subarray(rows[i]! * this.rowLength, (rows[i]! + 1) * this.rowLength), i * this.rowLength);
      }
      return;
    }
    if (this.storedTime === this.time) this.source.readRows(rows, out);
    else out.set(this.readFitted(rows));
    for (let i = 0; i < rows.length; i++) this.cleanRow(out, i * this.rowLength, rows[i]!);
  }

  /** Columns are cut, or zeros put in, where the padding is: at the end, or at the start if sequences end with the last column. */
  private readFitted(rows: ArrayLike<number>): Float32Array {
    const storedLength = this.storedTime * this.dim;
    const stored = new Float32Array(rows.length * storedLength);
    this.source.readRows(rows, stored);
    if (storedLength === this.rowLength) return stored;
    const fitted = new Float32Array(rows.length * this.rowLength);
    const kept = Math.min(storedLength, this.rowLength);
    const [from, to] = this.align === 'start' ? [0, 0] : [storedLength - kept, this.rowLength - kept];
    for (let i = 0; i < rows.length; i++) {
      const start = i * storedLength + from;
      fitted.set(stored.subarray(start, start + kept), i * this.rowLength + to);
    }
    return fitted;
  }

  private scanRow(
    values: Float32Array,
    offset: number,
    row: number,
    counts: CleanedCounts,
    moments: FeatureMoments | undefined,
  ): void {
    const [from, to] = observedRange(this.lengths[row]!, this.time, this.align);
    for (let step = 0; step < this.time; step++) {
      const start = offset + step * this.dim;
      const observed = step >= from && step < to;
      for (let i = start; i < start + this.dim; i++) {
        if (!observed) {
          if (values[i] !== 0) counts.padding++;
        } else if (!Number.isFinite(values[i]!)) counts[notFiniteKind(values[i]!)]++;
      }
      if (observed) moments?.add(values, start);
    }
  }

  private cleanRow(values: Float32Array, offset: number, row: number): void {
    const { dim, mean, scale } = this;
    const [from, to] = observedRange(this.lengths[row]!, this.time, this.align);
    values.fill(0, offset, offset + from * dim);
    values.fill(0, offset + to * dim, offset + this.rowLength);
    for (let step = from; step < to; step++) {
      const start = offset + step * dim;
      for (let i = start; i < start + dim; i++) {
        const value = mean && scale ? (values[i]! - mean[i - start]!) * scale[i - start]! : values[i]!;
        values[i] = Number.isFinite(value) ? value + 0 : 0; // + 0: no -0 for constant features
      }
    }
  }
}

function notFiniteKind(value: number): 'nan' | 'positiveInfinity' | 'negativeInfinity' {
  if (Number.isNaN(value)) return 'nan';
  return value > 0 ? 'positiveInfinity' : 'negativeInfinity';
}

function range(from: number, to: number): Int32Array {
  return Int32Array.from({ length: to - from }, (_, i) => from + i);
}
