import type * as tf from '@tensorflow/tfjs';
import { MODALITIES, type ModelInputs, mapModalities } from '@trimodal/core';
import type { Batch, BatchView } from '@trimodal/data';
import type { LearnerBatch } from './learner';

/** Arrays by the name of the graph input that takes them. */
export type NamedArrays = Record<string, { readonly data: Float32Array; readonly shape: readonly number[] }>;

/** Every array of a batch, as `views.0.features.text`, `labels` and so on. */
export function batchArrays(batch: Batch): NamedArrays {
  return {
    ...Object.assign({}, ...batch.views.map((view, i) => viewArrays(view, `views.${i}.`))),
    labels: { data: batch.labels, shape: [batch.size] },
    weights: { data: batch.weights, shape: [batch.size] },
  };
}

export function viewArrays({ features, mask, present }: BatchView, prefix = ''): NamedArrays {
  const arrays: NamedArrays = {};
  mapModalities(features, (array, modality) => {
    arrays[`${prefix}features.${modality}`] = array;
  });
  mapModalities(mask, (array, modality) => {
    arrays[`${prefix}mask.${modality}`] = array;
  });
  const { length } = MODALITIES;
  arrays[`${prefix}present`] = { data: present, shape: [present.length / length, length] };
  return arrays;
}

/** The tensors that stand for a batch's arrays, put together as a learner takes them. */
export function learnerBatch(batch: Batch, tensors: Readonly<Record<string, tf.Tensor>>): LearnerBatch {
  return {
    views: batch.views.map((view, i) => modelInputs(view, tensors, `views.${i}.`)),
    labels: tensors['labels'] as tf.Tensor1D,
    weights: tensors['weights'] as tf.Tensor1D,
  };
}

export function modelInputs(view: BatchView, tensors: Readonly<Record<string, tf.Tensor>>, prefix = ''): ModelInputs {
  return {
    features: mapModalities(view.features, (_, modality) => tensors[`${prefix}features.${modality}`] as tf.Tensor3D),
    mask: mapModalities(view.mask, (_, modality) => tensors[`${prefix}mask.${modality}`] as tf.Tensor2D),
    present: tensors[`${prefix}present`] as tf.Tensor2D,
  };
}
