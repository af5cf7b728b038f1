import * as tf from '@tensorflow/tfjs';
import { forModalities, MODALITIES, type Modality, type PerModality, Rng } from '@trimodal/core';

export const DIM = 4;
export const TIMES = { text: 3, audio: 5, vision: 2 } as const;

/** Random tokens `[2, t_m, 4]` of which only `available` are there. */
export function tokensOf(seed: number, available: readonly Modality[] = MODALITIES): PerModality<tf.Tensor3D> {
  return forModalities(MODALITIES, (modality) => {
    const rng = new Rng(seed).fork(modality);
    const shape: [number, number, number] = [2, TIMES[modality], DIM];
    const values = Float32Array.from({ length: 2 * TIMES[modality] * DIM }, () => rng.normal());
    return tf.tensor(values, shape).mul(available.includes(modality) ? 1 : 0);
  });
}

/** Masks `[2, t_m]` of those tokens: everything that is available is there. */
export function masksOf(available: readonly Modality[] = MODALITIES): PerModality<tf.Tensor2D> {
  return forModalities(MODALITIES, (modality) =>
    tf.fill<tf.Rank.R2>([2, TIMES[modality]], available.includes(modality) ? 1 : 0),
  );
}

export function presentOf(available: readonly Modality[]): tf.Tensor2D {
  const row = MODALITIES.map((modality) => (available.includes(modality) ? 1 : 0));
  return tf.tensor2d([row, row]);
}

/** `{ shared: { text: x } }` -> `{ 'shared.text': x }`, for helpers that take outputs by name. */
export function byName(
  record: Readonly<Record<string, tf.Tensor | PerModality<tf.Tensor>>>,
): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, value]) =>
      value instanceof tf.Tensor
        ? [[name, value]]
        : Object.entries(value as PerModality<tf.Tensor>).map(([modality, x]) => [`${name}.${modality}`, x]),
    ),
  );
}

/** `{ 'shared.text': [2, 3, 4], ... }` for outputs that have the shape of the tokens. */
export function tokenShapes(...names: readonly string[]): Record<string, readonly number[]> {
  return Object.fromEntries(
    names.flatMap((name) => MODALITIES.map((modality) => [`${name}.${modality}`, [2, TIMES[modality], DIM]])),
  );
}
