import type * as tf from '@tensorflow/tfjs';

export type Tolerance = { readonly relative?: number; readonly absolute?: number };

/**
 * Throws unless two arrays agree: `|got - wanted| <= absolute + relative * max|wanted|` for every element, NaN never.
 *
 * The scale is that of the whole array, as float32 sums are exact to their largest term, not to each element.
 */
export function expectClose(
  got: tf.Tensor | ArrayLike<number>,
  wanted: tf.Tensor | ArrayLike<number>,
  { relative = 1e-5, absolute = 1e-7 }: Tolerance = {},
): void {
  const a = values(got);
  const b = values(wanted);
  if (a.length !== b.length) throw new Error(`expected ${b.length} elements, got ${a.length}`);
  let scale = 0;
  for (let i = 0; i < b.length; i++) scale = Math.max(scale, Math.abs(b[i]!));
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= absolute + relative * scale)) {
      throw new Error(`element ${i}: expected ${b[i]}, got ${a[i]} (difference ${difference}, scale ${scale})`);
    }
  }
}

function values(x: tf.Tensor | ArrayLike<number>): ArrayLike<number> {
  return 'dataSync' in x ? x.dataSync() : x;
}
