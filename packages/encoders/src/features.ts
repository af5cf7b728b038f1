import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import { checkShape } from '@trimodal/core';

/** Throws unless features are `[b, t, inDim]` and the mask is `[b, t]`. */
export function checkFeatures(encoder: string, features: Tensor3D, mask: Tensor2D, inDim: number): void {
  checkShape(`apply ${encoder}`, 'features', features, [null, null, inDim]);
  checkShape(`apply ${encoder}`, 'mask', mask, [features.shape[0], features.shape[1]]);
}

/** Sets steps that aren't there to 0: `[b, t, d]`, mask `[b, t]` -> `[b, t, d]`. */
export function keepPresent(x: Tensor3D, mask: Tensor2D): Tensor3D {
  return x.mul(mask.expandDims<Tensor3D>(-1));
}
