import { setImmediate } from 'node:timers/promises';
import type { Rng } from '@trimodal/core';
import {
  type Batch,
  batches,
  type Dataset,
  type Missingness,
  type MissingnessPlan,
  missingnessPlan,
  missingnessSampler,
  type Split,
} from '@trimodal/data';
import type { BatchSource } from '@trimodal/training';
import type { MissingnessConfig, RunConfig } from './run-config';

/** A test mask is the same for every model and seed, so that results compare sample by sample. */
const PLAN_SEED = 2026;

/** The batches of training (shuffled, in the views of the model, with missingness drawn anew each epoch) and of validation (always the same, one view). */
export function batchSource(dataset: Dataset, config: RunConfig, rng: Rng): BatchSource {
  const { missingness, validationMissingness } = config.data;
  const sampler = missingness
    ? missingnessSampler({ ...asMissingness(missingness), rng: rng.fork('missingness'), dataset })
    : undefined;
  const order = rng.fork('order');
  const { batchSize } = config.training;
  const { views = 'single' } = config.model;
  const plan = validationMissingness ? planFor(dataset, 'valid', asMissingness(validationMissingness)) : undefined;
  return (split, epoch) =>
    split === 'train'
      ? interruptible(batches(dataset, split, { batchSize, rng: order, epoch, missingness: sampler, views }))
      : evaluationBatches(dataset, split, config, plan);
}

/** Lets signals come through: a backend in plain JavaScript never gives the event loop a turn. */
async function* interruptible(source: Iterable<Batch>): AsyncGenerator<Batch> {
  for (const batch of source) {
    await setImmediate();
    yield batch;
  }
}

/** The batches of a split in its own order, whole or as a plan leaves it. */
export function evaluationBatches(
  dataset: Dataset,
  split: Split,
  config: RunConfig,
  missingness?: MissingnessPlan,
): Iterable<Batch> {
  return batches(dataset, split, { batchSize: config.training.batchSize, missingness });
}

export function planFor(dataset: Dataset, split: Split, missingness: Missingness): MissingnessPlan {
  return missingnessPlan({ ...missingness, seed: PLAN_SEED, dataset, split });
}

/** Leaves out the keys that the schema allows to be undefined. */
function asMissingness(config: MissingnessConfig): Missingness {
  return JSON.parse(JSON.stringify(config)) as Missingness;
}
