import * as tf from '@tensorflow/tfjs';
import { anyPresent, checkShape, entriesOf, type ModelInputs, type PerModality, valueFor } from '@trimodal/core';
import { reconstructionLoss } from '@trimodal/losses';
import { meanOf, type View } from './views';

/**
 * How far predicted features are from the clean ones at the steps that only the masked view lacks: smooth L1, averaged over modalities. Observed
 * steps don't count, and neither do samples of which the masked view has no step of the modality: there is nothing to predict them from.
 *
 * Shapes: predicted and clean features `[b, t_m, d_m]` -> scalar; 0 where nothing was dropped.
 * Source: the low-level reconstruction of EMT-DLFR (Sun et al. 2023).
 * @throws RangeError if a modality is predicted that a view lacks, or its features have another shape.
 */
export function inputLevel(
  predicted: PerModality<tf.Tensor3D>,
  masked: Pick<View, 'parts'>,
  maskedInputs: Pick<ModelInputs, 'mask'>,
  cleanInputs: Pick<ModelInputs, 'features' | 'mask'>,
): tf.Scalar {
  return meanOf(
    entriesOf(predicted).map(([modality, prediction]) => {
      const what = 'reconstruct inputs';
      const features = valueFor(cleanInputs.features, modality);
      const [clean, seen] = [valueFor(cleanInputs.mask, modality), valueFor(maskedInputs.mask, modality)];
      checkShape(what, `the features of ${modality}`, features, prediction.shape);
      for (const mask of [clean, seen]) checkShape(what, `the mask of ${modality}`, mask, features.shape.slice(0, 2));
      const counted = clean.mul(tf.sub(1, seen)).mul(anyPresent(valueFor(masked.parts.mask, modality)));
      return reconstructionLoss(prediction, features, counted, { kind: 'smooth-l1' });
    }),
  );
}
