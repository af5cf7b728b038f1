import { addN, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs';
import { anyPresent, entriesOf, maskedMean, type PerModality, valueFor } from '@trimodal/core';

/** The mean over the modalities that are there of each one's mean token: `[b, t_m, d]`, mask `[b, t_m]` -> `[b, d]`. */
export function poolParts(parts: PerModality<Tensor3D>, mask: PerModality<Tensor2D>): Tensor2D {
  const entries = entriesOf(parts);
  const total = addN(entries.map(([modality, part]) => maskedMean(part, valueFor(mask, modality)))); // b d
  const there = addN(entries.map(([modality]) => anyPresent(valueFor(mask, modality)))); // b 1
  return total.div(there.maximum(1)) as Tensor2D;
}
