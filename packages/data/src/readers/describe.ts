import { mapModalities, type PerModality } from '@trimodal/core';
import { FeatureMoments } from '../feature-statistics';
import { type Align, observedRange } from '../observed-range';
import type { RawDataset, RawSplit, Split } from '../raw-dataset';
import type { RowSource } from '../row-source';
import { forEachChunk, isZero } from './lengths';

/** What the features of one modality of one split are. */
export type ModalityDescription = {
  /** `[n, t, d]`. */
  readonly shape: readonly number[];
  readonly dtype: string;
  /** Observed steps, over the samples that have the modality; 0 if none has. */
  readonly lengths: { readonly min: number; readonly mean: number; readonly max: number };
  /** Samples with at least one observed step. */
  readonly samplesPresent: number;
  /** Values in observed steps that aren't finite. */
  readonly nan: number;
  readonly positiveInfinity: number;
  readonly negativeInfinity: number;
  /** Values other than 0 in padded steps: with many, lengths or `align` are wrong. */
  readonly nonZeroPadding: number;
  /** Samples with the modality whose first, or last, stored step is all zero: tells at which end the file pads. */
  readonly zeroFirstStep: number;
  readonly zeroLastStep: number;
  /** Columns that take one finite value only over all observed steps. */
  readonly constantColumns: readonly number[];
};

export type SplitDescription = {
  readonly samples: number;
  /** The first ids. */
  readonly ids: readonly string[];
  readonly labels: { readonly min: number; readonly mean: number; readonly max: number };
  /** Labels rounded to the nearest integer (halves to the even one, as for Acc-7) and how many there are, in ascending order. */
  readonly labelHistogram: readonly (readonly [label: number, count: number])[];
  readonly modalities: PerModality<ModalityDescription>;
};

export type FeatureFileDescription = {
  readonly source: string;
  readonly dataHash: string;
  readonly task: RawDataset['task'];
  readonly splits: { readonly [S in Split]: SplitDescription };
};

/**
 * Says what a feature file holds, as plain data: shapes, lengths, how often a modality is there, values that aren't finite,
 * constant columns, labels. Reads every row once, some at a time.
 * @param options.align Where sequences lie in their padding, as in `createDataset`.
 * @example
 * const raw = await openFeatureFile('mosi.pkl');
 * describeFeatureFile(raw).splits.train.modalities.vision?.samplesPresent;
 */
export function describeFeatureFile(
  raw: RawDataset,
  { align = 'start' }: { align?: Align } = {},
): FeatureFileDescription {
  const { train, valid, test } = raw.splits;
  return {
    source: raw.source,
    dataHash: raw.dataHash,
    task: raw.task,
    splits: {
      train: describeSplit(train, align),
      valid: describeSplit(valid, align),
      test: describeSplit(test, align),
    },
  };
}

function describeSplit({ ids, labels, features, lengths }: RawSplit, align: Align): SplitDescription {
  return {
    samples: labels.length,
    ids: ids.slice(0, 5),
    labels: rangeOf(labels),
    labelHistogram: histogramOf(labels),
    modalities: mapModalities(features, (source, modality) => describeModality(source, lengths[modality]!, align)),
  };
}

function describeModality(source: RowSource, lengths: Int32Array, align: Align): ModalityDescription {
  const [, time = 0, dim = 0] = source.shape;
  const moments = new FeatureMoments(dim);
  const counts = {
    nan: 0,
    positiveInfinity: 0,
    negativeInfinity: 0,
    nonZeroPadding: 0,
    zeroFirstStep: 0,
    zeroLastStep: 0,
  };
  forEachChunk(source, (values, first, count) => {
    for (let i = 0; i < count; i++) {
      const length = lengths[first + i]!;
      const [from, to] = observedRange(length, time, align);
      if (length > 0 && isZero(values, i * time * dim, dim)) counts.zeroFirstStep++;
      if (length > 0 && isZero(values, (i * time + time - 1) * dim, dim)) counts.zeroLastStep++;
      for (let step = 0; step < time; step++) {
        const start = (i * time + step) * dim;
        const observed = step >= from && step < to;
        if (observed) moments.add(values, start);
        for (let j = start; j < start + dim; j++) {
          const value = values[j]!;
          if (!observed) counts.nonZeroPadding += value === 0 ? 0 : 1;
          else if (Number.isNaN(value)) counts.nan++;
          else if (value === Number.POSITIVE_INFINITY) counts.positiveInfinity++;
          else if (value === Number.NEGATIVE_INFINITY) counts.negativeInfinity++;
        }
      }
    }
  });
  const present = lengths.filter((length) => length > 0);
  const { constant } = moments.finish();
  return {
    shape: [...source.shape],
    dtype: source.dtype,
    lengths: rangeOf(present),
    samplesPresent: present.length,
    ...counts,
    constantColumns: [...constant.keys()].filter((column) => constant[column] === 1),
  };
}

function rangeOf(values: Float32Array | Int32Array): { min: number; mean: number; max: number } {
  if (values.length === 0) return { min: 0, mean: 0, max: 0 };
  let [min, max, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  return { min, mean: sum / values.length, max };
}

function histogramOf(labels: Float32Array): [number, number][] {
  const counts = new Map<number, number>();
  for (const label of labels) {
    const rounded = roundHalfToEven(label);
    counts.set(rounded, (counts.get(rounded) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => a - b);
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const isHalf = value - floor === 0.5;
  // adding 0 makes -0 plain 0
  return (isHalf ? floor + Math.abs(floor % 2) : Math.round(value)) + 0;
}
