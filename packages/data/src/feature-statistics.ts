/** Mean and standard deviation of every feature, `[d]` each. */
export type FeatureStatistics = {
  readonly mean: Float64Array;
  /** The population standard deviation; 1 where the feature is constant, or where nothing was observed. */
  readonly std: Float64Array;
  /** 1 where the feature took one value only (to float32 precision), so that it tells nothing. */
  readonly constant: Uint8Array;
  /** The number of steps that the statistics are of. */
  readonly steps: number;
};

/** Below this share of the mean a spread is the rounding of float32, not a signal. */
const FLOAT32_RESOLUTION = 1e-7;

/**
 * Takes in one step after another and gives the statistics of each feature, in one pass and in float64.
 *
 * Sums are of differences from the first value, so the spread of a constant feature is exactly 0 and a large mean costs no digits.
 * Values that aren't finite are left out.
 */
export class FeatureMoments {
  private steps = 0;
  /** Features of which no finite value was seen yet; their `first` is NaN. */
  private unseen: number;
  private readonly first: Float64Array;
  private readonly notFinite: Float64Array;
  private readonly sums: Float64Array;
  private readonly squares: Float64Array;

  constructor(private readonly dim: number) {
    this.unseen = dim;
    this.first = new Float64Array(dim).fill(Number.NaN);
    this.notFinite = new Float64Array(dim);
    this.sums = new Float64Array(dim);
    this.squares = new Float64Array(dim);
  }

  /** Takes in the step of `dim` values that begins at `offset`. */
  add(values: Float32Array, offset: number): void {
    const { dim, first, notFinite, sums, squares } = this;
    if (this.unseen > 0) this.seeFirst(values, offset);
    this.steps++;
    for (let d = 0; d < dim; d++) {
      const value = values[offset + d]!;
      if (Number.isFinite(value)) {
        const difference = value - first[d]!;
        sums[d]! += difference;
        squares[d]! += difference * difference;
      } else notFinite[d]!++;
    }
  }

  finish(): FeatureStatistics {
    const { dim, steps } = this;
    const mean = new Float64Array(dim);
    const std = new Float64Array(dim).fill(1);
    const constant = new Uint8Array(dim);
    for (let d = 0; d < dim; d++) {
      const count = steps - this.notFinite[d]!;
      if (count === 0) {
        constant[d] = steps > 0 ? 1 : 0;
        continue;
      }
      const shift = this.sums[d]! / count;
      const spread = Math.sqrt(Math.max(this.squares[d]! / count - shift * shift, 0));
      mean[d] = this.first[d]! + shift;
      if (spread > FLOAT32_RESOLUTION * Math.abs(mean[d]!)) std[d] = spread;
      else constant[d] = 1;
    }
    return { mean, std, constant, steps };
  }

  private seeFirst(values: Float32Array, offset: number): void {
    for (let d = 0; d < this.dim; d++) {
      const value = values[offset + d]!;
      if (!Number.isNaN(this.first[d]!) || !Number.isFinite(value)) continue;
      this.first[d] = value;
      this.unseen--;
    }
  }
}
