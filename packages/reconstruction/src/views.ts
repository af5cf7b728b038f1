import * as tf from '@tensorflow/tfjs';
import type { Parts, PerModality, Tokens } from '@trimodal/core';

/** What a model made of one view of a batch: the tokens of its encoders and the parts of its disentangler. */
export type View = { readonly tokens: PerModality<Tokens>; readonly parts: Parts };

/** A kind of part that is decoded. */
export type Slot = 'shared' | 'private';

export const SLOTS: readonly Slot[] = ['private', 'shared'];

/** The mean of terms that there may be none of. */
export function meanOf(terms: readonly tf.Scalar[]): tf.Scalar {
  return terms.length === 0 ? tf.scalar(0) : tf.addN([...terms]).div(terms.length);
}
