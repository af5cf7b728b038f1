import type { Rng, StoredTensor } from '@trimodal/core';
import type { Batch, BatchView } from '@trimodal/data';

export type StepOptions = {
  readonly learningRate: number;
  /** A stream of its own for this batch. */
  readonly rng: Rng;
  /**
   * False gathers the gradient, true also takes the optimiser's step with everything gathered since the last one.
   * The gathered gradient is the mean over real samples: each batch counts by its `count`.
   */
  readonly apply: boolean;
};

export type StepResult = { readonly loss: number; readonly terms: Readonly<Record<string, number>> };

/** Parameters by path, and the optimiser's memory by `<slot>/<path>`, with `step/<path>` (int32, shape `[]`) among them. */
export type EngineState = {
  readonly parameters: ReadonlyMap<string, StoredTensor>;
  readonly optimizer: ReadonlyMap<string, StoredTensor>;
};

/** Which names a state lacked (they kept their value, or 0 in the optimiser) and which it had in vain. */
export type RestoreReport = { readonly missing: readonly string[]; readonly unexpected: readonly string[] };

/**
 * Forward, backward, clipping and optimiser of a learner, however they are run: eagerly or compiled.
 *
 * The learner's variables may lag behind the engine's parameters; `readState`, `writeState` and `dispose` bring them up to date.
 */
export interface StepEngine {
  /** The arrays of `batch` must stay as they are until the promise resolves. Calls don't overlap. */
  step(batch: Batch, options: StepOptions): Promise<StepResult>;
  /**
   * May be called while a step runs, with the batch that `step` will get next and a stream in the state of the one that it
   * will get: an engine can convert the batch and draw its random masks ahead. It must change no result.
   */
  prepare?(batch: Batch, rng: Rng): void;
  /** Predictions `[b, outDim]`, row by row, of all rows, padding included. */
  predict(view: BatchView): Promise<Float32Array>;
  /** A copy of the state. A gradient gathered but not applied isn't part of it. */
  readState(): Promise<EngineState>;
  /**
   * Restores by path, in any order, and drops a gathered gradient.
   * @throws RangeError if a shape differs.
   */
  writeState(state: EngineState): Promise<RestoreReport>;
  /** Frees what the engine made; the learner's variables stay. */
  dispose(): void;
}
