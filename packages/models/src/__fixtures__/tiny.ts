import * as tf from '@tensorflow/tfjs';
import { forModalities, MODALITIES, type Modality, Rng } from '@trimodal/core';
import type { DataShape } from '../build-model';
import type { ObjectiveBatch } from '../build-objective';
import { type ConfigEdit, editConfig } from '../edit-config';
import type { ModelConfig } from '../model-config';
import { type PresetName, presets } from '../presets/index';

/** All sizes differ, so that a swapped axis can't pass. */
export const TINY: DataShape = {
  dims: { text: 7, audio: 5, vision: 9 },
  times: { text: 4, audio: 6, vision: 2 },
  outDim: 1,
};
/** Steps that are there, of each of the three samples. */
const LENGTHS = { text: [4, 2, 3], audio: [6, 5, 1], vision: [2, 1, 2] };
const SAMPLES = 3;

/** A preset of width 8. */
export function tinyConfig(name: PresetName, edit: ConfigEdit = {}): ModelConfig {
  return editConfig(editConfig(presets[name], { dModel: 8, head: { hiddenDim: 10 } }), edit);
}

/**
 * Three samples of different lengths, of which only `available` modalities are there; then `padding` rows that are no samples.
 * Tensors are made anew at each call.
 */
export function tinyBatch({
  available = MODALITIES,
  modalities = MODALITIES,
  padding = 0,
  labels = [1.5, -2, 0.4],
}: {
  available?: readonly Modality[];
  modalities?: readonly Modality[];
  padding?: number;
  labels?: readonly number[];
} = {}): ObjectiveBatch {
  const rows = SAMPLES + padding;
  const mask = forModalities(modalities, (modality) => {
    const time = TINY.times[modality]!;
    const values = new Float32Array(rows * time);
    if (available.includes(modality)) {
      LENGTHS[modality].forEach((length, row) => {
        values.fill(1, row * time, row * time + length);
      });
    }
    return tf.tensor2d(values, [rows, time]);
  });
  const features = forModalities(modalities, (modality) => {
    const rng = new Rng(4).fork(modality);
    const [time, dim] = [TINY.times[modality]!, TINY.dims[modality]!];
    const values = Float32Array.from({ length: rows * time * dim }, () => rng.normal());
    return tf.tensor3d(values, [rows, time, dim]).mul<tf.Tensor3D>(mask[modality]!.expandDims(-1));
  });
  const row = MODALITIES.map((modality) => Number(available.includes(modality)));
  const present = Array.from({ length: rows }, (_, i) => (i < SAMPLES ? row : [0, 0, 0]));
  const pad = (values: readonly number[]) => tf.tensor1d([...values, ...Array(padding).fill(0)], 'float32');
  return {
    views: [{ features, mask, present: tf.tensor2d(present, [rows, 3]) }],
    labels: pad(labels),
    weights: pad(Array(SAMPLES).fill(1)),
  };
}
