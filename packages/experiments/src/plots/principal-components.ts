import { PCA } from 'ml-pca';

export type PrincipalComponents = {
  /** `[n][2]`: the rows on the two directions along which they vary most. */
  readonly points: readonly (readonly [number, number])[];
  /** The share of the variance that lies along each of the two. */
  readonly explained: readonly [number, number];
};

/**
 * The two directions along which rows vary most.
 *
 * A direction has no sign of its own; here its largest loading is positive, so that the same rows give the same picture.
 * @param data `[n, dim]`, row by row.
 * @throws RangeError if there are less than two rows, or the length of `data` isn't a multiple of `dim`.
 */
export function principalComponents(data: ArrayLike<number>, dim: number): PrincipalComponents {
  const n = data.length / dim;
  if (!Number.isInteger(n) || n < 2) {
    throw new RangeError(
      `Cannot find principal components as there must be two rows of ${dim} values at least: got ${data.length} values.`,
    );
  }
  const rows = Array.from({ length: n }, (_, i) => Array.from({ length: dim }, (_, j) => data[i * dim + j]!));
  const pca = new PCA(rows, { center: true, scale: false });
  const signs = pca
    .getLoadings() // [component][feature]
    .to2DArray()
    .map((row) => row.reduce((best, value) => (Math.abs(value) > Math.abs(best) + 1e-12 ? value : best), 0))
    .map((largest) => (largest < 0 ? -1 : 1));
  const projected = pca.predict(rows, { nComponents: Math.min(2, dim) }).to2DArray();
  const [first = 0, second = 0] = pca.getExplainedVariance().map((share) => share || 0); // rows that don't vary: 0 / 0
  return {
    points: projected.map((row) => [signs[0]! * row[0]!, dim > 1 ? signs[1]! * row[1]! : 0] as const),
    explained: [first, second],
  };
}
