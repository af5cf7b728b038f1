import type { Rng } from '@trimodal/core';
import type { Batch } from '@trimodal/data';
import type { Metrics } from './evaluate';
import type { Best, EndReason, EpochRecord, StampedEvent } from './events';
import type { PlainData } from './plain-data';
import type { Schedule } from './schedules';
import type { EarlyStopping, Selection } from './selection';
import type { StepEngine } from './step-engine';
import { TrainingRun } from './training-run';

/**
 * Batches of a split, always the same for the same epoch (which counts from 1): a resumed run skips those that it has seen.
 * Every batch needs arrays of its own, as the next is made while the engine reads this one.
 */
export type BatchSource = (split: 'train' | 'valid', epoch: number) => Iterable<Batch> | AsyncIterable<Batch>;

export type FitOptions = {
  readonly engine: StepEngine;
  readonly batches: BatchSource;
  readonly epochs: number;
  readonly schedule: Schedule;
  /**
   * Step `n` of the optimiser draws its masks from `rng.fork('step-n')`, batch `i` above 1 of its window from that one's
   * `fork('batch-i')`, so no state of a stream is carried over.
   */
  readonly rng: Rng;
  /** Batches that make one step of the optimiser; an epoch's last step takes what is left. */
  readonly accumulationSteps?: number;
  /** Default: `mae`. */
  readonly metrics?: Metrics;
  /** Default: the least `mae`. */
  readonly selection?: Selection;
  readonly earlyStopping?: EarlyStopping;
  /** What the run depends on, for the log; a run can only be resumed with the same. */
  readonly config?: PlainData;
  /** Stops the run before its next step, and saves a checkpoint. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: StampedEvent) => void;
  /** The steps of an epoch, if known: then the time left is, from the first step on. */
  readonly stepsPerEpoch?: number;
  /** Where checkpoints go, one after each epoch. */
  readonly checkpointDir?: string;
  /** Saves a checkpoint after every so many steps, too. */
  readonly checkpointEverySteps?: number;
  /** Goes on from the latest good checkpoint in `checkpointDir`, if there is one. */
  readonly resume?: boolean;
};

export type FitResult = {
  readonly reason: Exclude<EndReason, 'failed'>;
  readonly epochs: number;
  readonly steps: number;
  readonly history: readonly EpochRecord[];
  readonly best?: Best;
};

/**
 * Trains by the engine: epochs of steps, the validation split scored after each, the best epoch kept.
 *
 * One epoch is chosen for all metrics, by one metric of the validation split. At the end the learner has the parameters of that epoch,
 * unless the run was aborted: then it has the latest, so it can go on.
 *
 * A run that is killed at any moment and resumed gives the same bytes as one that wasn't, on the same backend.
 * @throws DivergedError if the loss, or a parameter that is to be saved, isn't finite.
 * @throws CheckpointError if there are checkpoints but none is good, or they are of another config.
 */
export async function fit(options: FitOptions): Promise<FitResult> {
  const run = new TrainingRun(options);
  // what goes wrong before the run starts is no event of it: a log of an earlier run stays as it is
  await run.start();
  try {
    const reason = await run.train();
    return await run.finish(reason);
  } catch (error) {
    run.emit({ type: 'run-end', reason: 'failed', ...run.position(), error: (error as Error).message });
    throw error;
  }
}
