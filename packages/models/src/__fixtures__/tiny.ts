import * as tf from '@tensorflow/tfjs';
import {
  anyPresent,
  forModalities,
  MODALITIES,
  type Modality,
  type ModelInputs,
  mapModalities,
  Rng,
} from '@trimodal/core';
import type { DataShape } from '../build-model';
import type { ObjectiveBatch } from '../build-objective';
import { type ConfigEdit, editConfig } from '../edit-config';
import type { ModelConfig, Views } from '../model-config';
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

/** A preset of width 8 whose encoders have one layer. */
export function tinyConfig(name: PresetName, edit: ConfigEdit = {}): ModelConfig {
  const { head, encoders } = presets[name];
  const narrow = {
    dModel: 8,
    encoders: mapModalities(encoders, ({ kind }) => (kind === 'transformer' ? { numLayers: 1 } : {})),
    ...(head.kind === 'mlp' && { head: { hiddenDim: 10 } }),
  };
  return editConfig(editConfig(presets[name], narrow), edit);
}

/** Which steps of a sequence a view lacks though the sample has them. */
const MISSING: Readonly<Record<'whole' | 'masked' | 'other', (modality: Modality, step: number, row: number) => boolean>> = {
  whole: () => false,
  masked: (_, step) => step === 0,
  other: (modality, _, row) => modality === 'text' && row === 1,
};
const KINDS_OF_VIEWS = {
  single: ['whole'],
  'clean+masked': ['whole', 'masked'],
  'two-masked': ['masked', 'other'],
} as const satisfies Record<Views, readonly (keyof typeof MISSING)[]>;

/**
 * Three samples of different lengths, of which only `available` modalities are there; then `padding` rows that are no samples.
 * Tensors are made anew at each call.
 */
export function tinyBatch({
  available = MODALITIES,
  modalities = MODALITIES,
  padding = 0,
  labels = [1.5, -2, 0.4],
  views = 'single',
}: {
  available?: readonly Modality[];
  modalities?: readonly Modality[];
  padding?: number;
  labels?: readonly number[];
  views?: Views;
} = {}): ObjectiveBatch {
  const rows = SAMPLES + padding;
  const makeView = (kind: keyof typeof MISSING): ModelInputs => {
    const mask = forModalities(modalities, (modality) => {
      const time = TINY.times[modality]!;
      const isThere = (row: number, step: number) =>
        available.includes(modality) && step < (LENGTHS[modality][row] ?? 0) && !MISSING[kind](modality, step, row);
      const values = Float32Array.from({ length: rows * time }, (_, i) =>
        Number(isThere(Math.floor(i / time), i % time)),
      );
      return tf.tensor2d(values, [rows, time]);
    });
    const features = mapModalities(mask, (there, modality) => {
      const rng = new Rng(4).fork(modality);
      const [time, dim] = [TINY.times[modality]!, TINY.dims[modality]!];
      const values = Float32Array.from({ length: rows * time * dim }, () => rng.normal());
      return tf.tensor3d(values, [rows, time, dim]).mul<tf.Tensor3D>(there.expandDims(-1));
    });
    const columns = MODALITIES.map((modality) =>
      mask[modality] ? anyPresent(mask[modality]) : tf.fill<tf.Rank.R2>([rows, 1], 0),
    );
    return { features, mask, present: tf.concat(columns, 1) };
  };
  const pad = (values: readonly number[]) => tf.tensor1d([...values, ...Array(padding).fill(0)], 'float32');
  return {
    views: KINDS_OF_VIEWS[views].map(makeView),
    labels: pad(labels),
    weights: pad(Array(SAMPLES).fill(1)),
  };
}
