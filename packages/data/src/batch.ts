import * as tf from '@tensorflow/tfjs';
import { MODALITIES, type ModelInputs, mapModalities, type PerModality } from '@trimodal/core';

/** What one pass of a model sees. An absent modality has features, mask and present 0. */
export type BatchView = {
  /** `[b, time, dim]` */
  features: PerModality<{ data: Float32Array; shape: [number, number, number] }>;
  /** `[b, time]`, 1 = observed step. */
  mask: PerModality<{ data: Float32Array; shape: [number, number] }>;
  /** `[b, 3]` in the order text, audio, vision, 1 = there. */
  present: Float32Array;
};

/** Samples padded to a fixed size, so that every step of a compiled model has the same shapes. */
export type Batch = {
  /** Rows b, padding included. */
  size: number;
  /** Real samples; they come first. */
  count: number;
  /** `[count]`: where the samples stand in their split. */
  indices: Int32Array;
  /** As many as the objective asks for. */
  views: BatchView[];
  /** `[b]` */
  labels: Float32Array;
  /** `[b]`, 0 for padding. */
  weights: Float32Array;
};

export type BatchTensors = { views: ModelInputs[]; labels: tf.Tensor1D; weights: tf.Tensor1D };

/** One view as a model takes it; see `toTensors`. */
export function viewTensors({ features, mask, present }: BatchView): ModelInputs {
  return {
    features: mapModalities(features, ({ data, shape }) => tf.tensor3d(data, shape)),
    mask: mapModalities(mask, ({ data, shape }) => tf.tensor2d(data, shape)),
    present: tf.tensor2d(present, [present.length / MODALITIES.length, MODALITIES.length]),
  };
}

/**
 * A batch as tensors; `tf.dispose(tensors)` frees them all. No value is copied here: backends in plain JavaScript keep the arrays of the
 * batch, so don't write to them afterwards.
 */
export function toTensors(batch: Batch): BatchTensors {
  return {
    views: batch.views.map(viewTensors),
    labels: tf.tensor1d(batch.labels),
    weights: tf.tensor1d(batch.weights),
  };
}
