import * as tf from '@tensorflow/tfjs';
import { checkShape, forModalities, type Modality, type PerModality, valueFor } from '@trimodal/core';

/** The tokens of every modality one after the other in time, so that one product serves them all. */
export type JoinedTokens = {
  /** `[b, sum of t, d]`; tokens that aren't there are 0. */
  readonly tokens: tf.Tensor3D;
  /** `[b, sum of t]`, 1 = there. */
  readonly mask: tf.Tensor2D;
};

/** Checks the tokens `[b, t, dModel]` and masks `[b, t]` of every modality and joins them over time. */
export function joinTokens(
  what: string,
  tokens: PerModality<tf.Tensor3D>,
  mask: PerModality<tf.Tensor2D>,
  modalities: readonly Modality[],
  dModel: number,
): JoinedTokens {
  for (const modality of modalities) {
    const x = valueFor(tokens, modality);
    checkShape(what, `the tokens of ${modality}`, x, [null, null, dModel]);
    checkShape(what, `the mask of ${modality}`, valueFor(mask, modality), [x.shape[0], x.shape[1]]);
  }
  const joinedMask = joinTime(mask, modalities);
  return { tokens: joinTime(tokens, modalities).mul(joinedMask.expandDims(-1)), mask: joinedMask };
}

/** `[b, t_m, ...]` of every modality -> `[b, sum of t_m, ...]`. */
export function joinTime<T extends tf.Tensor>(xs: PerModality<T>, modalities: readonly Modality[]): T {
  return tf.concat(
    modalities.map((modality) => valueFor(xs, modality)),
    1,
  ) as T;
}

/** The inverse of `joinTime`; `like` has the steps of each modality. */
export function splitTime<T extends tf.Tensor>(
  joined: T,
  like: PerModality<tf.Tensor>,
  modalities: readonly Modality[],
): PerModality<T> {
  // The gradient of a split into one piece throws (TensorFlow.js 4.22).
  if (modalities.length === 1) return forModalities(modalities, () => joined);
  const pieces = tf.split(joined, timesOf(like, modalities), 1) as T[];
  return forModalities(modalities, (modality) => pieces[modalities.indexOf(modality)]!);
}

/** Which modality each joined token is of: a constant `[modalities, sum of t]` of 0 and 1. */
export function membership(like: PerModality<tf.Tensor>, modalities: readonly Modality[]): tf.Tensor2D {
  const owners = timesOf(like, modalities).flatMap((time, i) => Array<number>(time).fill(i));
  return tf.tensor2d(
    modalities.flatMap((_, i) => owners.map((owner) => (owner === i ? 1 : 0))),
    [modalities.length, owners.length],
  );
}

function timesOf(like: PerModality<tf.Tensor>, modalities: readonly Modality[]): number[] {
  return modalities.map((modality) => valueFor(like, modality).shape[1]!);
}
