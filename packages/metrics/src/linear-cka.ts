import type { Numbers } from './checks';
import { columnMeans, type Matrix, matrixOf, rescaled, transposedProduct } from './matrices';

/**
 * Linear centred kernel alignment: how alike two representations of the same samples are, up to rotation and scale.
 *
 * `|X^T Y|^2 / (|X^T X| |Y^T Y|)` (Frobenius) with centred columns, in [0, 1]; 0 if either is constant.
 *
 * Shapes: x `[n, d]`, y `[n, e]`, row-major.
 * Source: Kornblith et al. 2019, "Similarity of Neural Network Representations Revisited".
 * @throws RangeError if the values don't fill n rows, or one isn't finite (it names the index).
 * @example linearCka([1, 2, 3, 5], [2, 4, 6, 10], 4); // 1
 */
export function linearCka(x: Numbers, y: Numbers, n: number): number {
  const a = centredToUnit(matrixOf('compute linearCka', 'x', x, n));
  const b = centredToUnit(matrixOf('compute linearCka', 'y', y, n));
  const squares = (p: Matrix, q: Matrix) => transposedProduct(p, q).reduce((sum, value) => sum + value ** 2, 0);
  const own = squares(a, a) * squares(b, b);
  return own === 0 ? 0 : Math.min(1, squares(a, b) / Math.sqrt(own));
}

/** Centred columns and a Frobenius norm of 1, so that no product under- or overflows. */
function centredToUnit(matrix: Matrix): Matrix {
  const centred = rescaled(matrix, columnMeans(matrix));
  const greatest = centred.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (greatest === 0) return centred;
  const norm = Math.sqrt(centred.data.reduce((sum, value) => sum + (value / greatest) ** 2, 0));
  return { ...centred, data: centred.data.map((value) => value / greatest / norm) };
}
