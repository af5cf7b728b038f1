import type { PerModality } from '@trimodal/core';
import type { RowSource } from './row-source';

/** The splits of a dataset, in the order in which everything here walks them. */
export const SPLITS = ['train', 'valid', 'test'] as const;
export type Split = (typeof SPLITS)[number];

/** What a label is: a score within a range, or the index of a class. */
export type Task =
  | { kind: 'regression'; range: readonly [number, number] }
  | { kind: 'classification'; classes: readonly string[] };

/**
 * One split as it was read. `features[m]` is `[n, time, dim]`, `lengths[m]` `[n]` counts its observed steps (0 = the modality is missing),
 * `labels` `[n]` holds scores, or class indices if the task is a classification.
 */
export type RawSplit = {
  ids: string[];
  features: PerModality<RowSource>;
  lengths: PerModality<Int32Array>;
  labels: Float32Array;
  rawText?: string[];
  annotations?: string[];
  classLabels?: Int32Array;
};

/** A dataset as a reader hands it over: nothing cleaned, nothing standardised. `close` frees the file behind it, if there is one. */
export type RawDataset = {
  splits: { train: RawSplit; valid: RawSplit; test: RawSplit };
  task: Task;
  source: string;
  dataHash: string;
  close(): void;
};
