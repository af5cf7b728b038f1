import type { Modality } from '@trimodal/core';
import type { RunGroup, RunIdentity } from '../groups';
import type { Scores } from '../scores';

/** Numbers with names for rows and columns; null where there is nothing to tell. */
export type LabelledMatrix = {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly values: readonly (readonly (number | null)[])[];
};

/** What a model looked at, as means over the samples of a split, when steps go missing at a rate. */
export type Observation = {
  readonly rate: number;
  /** By the path of a tensor in the model's output, such as `fusion.weights`: a number for each part that it weighs. */
  readonly weights: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Likewise, such as `privateBranch.borrow`. */
  readonly matrices: Readonly<Record<string, LabelledMatrix>>;
};

/** A part of every sample, pooled over its tokens: `[n, dim]` row by row. */
export type PooledPart = {
  /** What kind of part: shared, private, noise. */
  readonly slot: string;
  readonly modality: Modality;
  readonly data: Float32Array;
  readonly dim: number;
};

/** A number that a diagnostic found, with what it means. */
export type Measure = { readonly name: string; readonly value: number; readonly meaning: string };

/** The epochs of a run, from its log. */
export type EpochPoint = {
  readonly epoch: number;
  readonly loss: number;
  /** Before their weights. */
  readonly terms: Scores;
  /** Of the validation split. */
  readonly metrics: Scores;
};

/** All that a report tells of a run, as plain data. */
export type ReportRun = RunIdentity & {
  readonly valid: Scores;
  readonly test: Scores;
  readonly selected: { readonly epoch: number; readonly why: string };
  /** The validation score that chose the epoch. */
  readonly metric: string;
  readonly history: readonly EpochPoint[];
  readonly observations: readonly Observation[];
  readonly parts: readonly PooledPart[];
  readonly measures: readonly Measure[];
  /** R2 of the true factors (columns) by a linear probe of each part (rows). */
  readonly factors?: LabelledMatrix;
};

export type ReportGroup = RunGroup<ReportRun>;

/** The mean of matrices with the same names; null where any of them has nothing to tell. */
export function meanMatrix(matrices: readonly LabelledMatrix[]): LabelledMatrix {
  const [first] = matrices as [LabelledMatrix];
  const values = first.values.map((row, i) =>
    row.map((_, j) => {
      const found = matrices.map((matrix) => matrix.values[i]![j]!);
      const known = found.filter((value) => value !== null);
      return known.length < found.length ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
    }),
  );
  return { ...first, values };
}
