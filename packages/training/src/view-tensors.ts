import * as tf from '@tensorflow/tfjs';
import { MODALITIES, type ModelInputs, mapModalities } from '@trimodal/core';
import type { BatchView } from '@trimodal/data';

/** One view of a batch as tensors; backends in plain JavaScript keep its arrays. */
export function viewTensors({ features, mask, present }: BatchView): ModelInputs {
  return {
    features: mapModalities(features, ({ data, shape }) => tf.tensor3d(data, shape)),
    mask: mapModalities(mask, ({ data, shape }) => tf.tensor2d(data, shape)),
    present: tf.tensor2d(present, [present.length / MODALITIES.length, MODALITIES.length]),
  };
}
