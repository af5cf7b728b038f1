import { Rng } from '@trimodal/core';
import { createCompiledStep } from '../compiled-step';
import { createEagerStep } from '../eager-step';
import type { StampedEvent } from '../events';
import { type BatchSource, type FitOptions, type FitResult, fit } from '../fit';
import { JsonlEventWriter } from '../jsonl-event-writer';
import { adamW } from '../optimizers';
import { reduceOnPlateau } from '../schedules';
import { linearBatches, linearLearner } from './linear-learner';

const train = linearBatches(22, 4, 1);
const valid = linearBatches(7, 4, 2);

/** Another order each epoch. */
const batches: BatchSource = (split, epoch) => {
  if (split === 'valid') return valid;
  return Array.from(new Rng(9).fork(`epoch-${epoch}`).permutation(train.length), (i) => train[i]!);
};

/** Six batches an epoch, windows of two: three steps an epoch, a checkpoint after every second one and after each epoch. */
export async function resumableRun(
  folder: string,
  { onEvent, compiled = false, ...options }: Partial<FitOptions> & { compiled?: boolean } = {},
): Promise<FitResult & { weights: number[] }> {
  const learner = linearLearner();
  const engine = (compiled ? createCompiledStep : createEagerStep)({ learner, optimizer: adamW() });
  const log = new JsonlEventWriter(`${folder}/events.jsonl`);
  try {
    const result = await fit({
      engine,
      batches,
      epochs: 4,
      // jumps up and down, so that both the schedule and selection have something to remember
      schedule: reduceOnPlateau({ learningRate: 1.3, factor: 0.75, patience: 0, threshold: 0.1 }),
      accumulationSteps: 2,
      rng: new Rng(3),
      config: { name: 'linear' },
      checkpointDir: `${folder}/checkpoint`,
      checkpointEverySteps: 2,
      resume: true,
      onEvent: (event: StampedEvent) => {
        log.write(event);
        onEvent?.(event);
      },
      ...options,
    });
    return { ...result, weights: [...learner.parameters.values()].flatMap((variable) => [...variable.dataSync()]) };
  } finally {
    log.close();
    engine.dispose();
    learner.dispose();
  }
}
