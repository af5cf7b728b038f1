import * as tf from '@tensorflow/tfjs';
import {
  forModalities,
  MODALITIES,
  type Modality,
  type ModelInputs,
  mapModalities,
  type PerModality,
  valueFor,
} from '@trimodal/core';
import { masksOf, presentOf, samples, tokensOf } from '@trimodal/testing';
import type { ReconstructionViews } from '../multi-level-reconstruction';
import type { View } from '../views';

export const STEPS = { text: 4, audio: 6, vision: 3 } as const;
export const IN_DIMS = { text: 5, audio: 2, vision: 3 } as const;

export const number = (x: tf.Tensor) => x.dataSync()[0]!;

/** Tokens and parts `[2, T_m, 4]` of the modalities that are there, zeros elsewhere. */
export function viewOf(available: readonly Modality[], seed: number): View {
  const mask = masksOf(available);
  const tokens = mapModalities(tokensOf(seed, available), (x, modality) => ({ tokens: x, mask: valueFor(mask, modality) }));
  return { tokens, parts: { private: tokensOf(seed + 1, available), shared: tokensOf(seed + 2, available), mask } };
}

/** Features `[2, t_m, d_m]` of the modalities that are there; the first `dropped` steps aren't. */
export function inputsOf(available: readonly Modality[], dropped = 0): ModelInputs {
  const mask: PerModality<tf.Tensor2D> = forModalities(MODALITIES, (modality) => {
    const here = available.includes(modality) ? 1 : 0;
    return tf.fill<tf.Rank.R2>([1, STEPS[modality] - dropped], here).pad([[0, 0], [dropped, 0]]).tile([2, 1]);
  });
  const features = mapModalities(mask, (there, modality) =>
    samples<tf.Tensor3D>([2, STEPS[modality], IN_DIMS[modality]], 4).mul<tf.Tensor3D>(there.expandDims(-1)),
  );
  return { features, mask, present: presentOf(available) };
}

/** The views of a batch of which one step of each modality was dropped, and every modality that `seen` lacks. */
export function viewsOf(seen: readonly Modality[], available: readonly Modality[] = MODALITIES): ReconstructionViews {
  return {
    masked: viewOf(seen, 1),
    clean: viewOf(available, 11),
    maskedInputs: inputsOf(seen, 1),
    cleanInputs: inputsOf(available),
  };
}
