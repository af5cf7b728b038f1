import type * as tf from '@tensorflow/tfjs';
import { entriesOf, type PerModality, stopGradient, valueFor } from '@trimodal/core';
import { reconstructionLoss } from '@trimodal/losses';
import { meanOf, type View } from './views';

/**
 * How far the tokens decoded from the masked view are from those of the clean view: `mean |D(P_m, S_m) - stop H_m|^2` over the tokens that
 * are there in both views, averaged over modalities.
 *
 * Shapes: decoded `[b, t_m, d]` -> scalar; 0 where no token is there in both.
 * Source: multi-level reconstruction is DERL's (arXiv 2602.01833), of which only the abstract is known to us; this level after EMT-DLFR
 * (Sun et al. 2023), its target and form ours.
 * @throws RangeError if a modality is decoded that a view lacks, or its tokens have another shape.
 */
export function featureLevel(
  decoded: PerModality<tf.Tensor3D>,
  masked: Pick<View, 'parts'>,
  clean: Pick<View, 'tokens'>,
): tf.Scalar {
  return meanOf(
    entriesOf(decoded).map(([modality, prediction]) => {
      const target = valueFor(clean.tokens, modality);
      const inBoth = target.mask.mul(valueFor(masked.parts.mask, modality));
      return reconstructionLoss(prediction, stopGradient(target.tokens), inBoth);
    }),
  );
}
