import * as tf from '@tensorflow/tfjs';
import {
  anyPresent,
  MODALITIES,
  type Modality,
  type ModelInputs,
  mapModalities,
  type Rng,
  valueFor,
} from '@trimodal/core';
import type { DataShape } from './build-model';
import type { ObjectiveBatch } from './build-objective';
import type { ModelConfig, Views } from './model-config';
import type { Task } from './task-loss';

/** A sample of each non-empty subset of the modalities, so that in an incomplete view every modality is there, and is absent, more than once. */
const SUBSETS = [1, 2, 3, 4, 5, 6, 7];

/** Whether each view of a batch is incomplete. */
const INCOMPLETE: Readonly<Record<Views, readonly boolean[]>> = {
  single: [true],
  'clean+masked': [false, true],
  'two-masked': [true, true],
};

/** Random samples of two lengths, in the views of a config; an incomplete view lacks modalities, and every third step of what is left. */
export function syntheticBatch(
  { views = 'single' }: ModelConfig,
  { dims, times }: Omit<DataShape, 'outDim'>,
  task: Task,
  rng: Rng,
): ObjectiveBatch {
  const size = SUBSETS.length;
  const values = mapModalities(dims, (dim, modality) => {
    const shape: [number, number, number] = [size, valueFor(times, modality), dim];
    return tf.tensor3d(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.normal()),
      shape,
    );
  });
  const makeView = (isIncomplete: boolean, view: number): ModelInputs => {
    const isThere = (modality: Modality, row: number, step: number, length: number) =>
      step < length &&
      (!isIncomplete ||
        ((SUBSETS[row]! & (1 << MODALITIES.indexOf(modality))) > 0 && (step === 0 || (row + step + view) % 3 > 0)));
    const mask = mapModalities(times, (time, modality) =>
      tf.tensor2d(
        SUBSETS.map((_, row) => {
          const length = Math.max(1, time - (row % 2));
          return Array.from({ length: time }, (_, step) => Number(isThere(modality, row, step, length)));
        }),
      ),
    );
    const columns = MODALITIES.map((modality) =>
      mask[modality] ? anyPresent(mask[modality]) : tf.zeros<tf.Rank.R2>([size, 1]),
    );
    const features = mapModalities(values, (x, modality) =>
      x.mul<tf.Tensor3D>(valueFor(mask, modality).expandDims(-1)),
    );
    return { features, mask, present: tf.concat(columns, 1) };
  };
  const labels = SUBSETS.map((_, row) => (task.kind === 'regression' ? rng.normal() : row % task.classes.length));
  return {
    views: INCOMPLETE[views].map(makeView),
    labels: tf.tensor1d(labels, 'float32'),
    // no two alike, so that the signs that an L1 loss sums up can't cancel
    weights: tf.tensor1d(SUBSETS.map(() => 0.5 + rng.uniform())),
  };
}
