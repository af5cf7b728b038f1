import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Rng } from '@trimodal/core';
import { describe, expect, it } from 'vitest';
import { linearBatches, linearLearner } from './__fixtures__/linear-learner';
import { createEagerStep } from './eager-step';
import type { StampedEvent } from './events';
import { type BatchSource, type FitOptions, fit } from './fit';
import { adamW } from './optimizers';
import { constant } from './schedules';

const train = linearBatches(22, 4, 1);
const valid = linearBatches(7, 4, 2);
/** Another order each epoch. */
const batches: BatchSource = (split, epoch) => {
  if (split === 'valid') return valid;
  return Array.from(new Rng(9).fork(`epoch-${epoch}`).permutation(train.length), (i) => train[i]!);
};

function run(options: Partial<FitOptions> = {}) {
  const learner = linearLearner();
  const engine = createEagerStep({ learner, optimizer: adamW({ weightDecay: 0 }) });
  const done = fit({ engine, batches, epochs: 8, schedule: constant(0.1), rng: new Rng(3), ...options });
  return { learner, engine, done };
}

describe('fit', () => {
  it('learns, and ends with the parameters of the best epoch', async () => {
    const events: StampedEvent[] = [];
    const { engine, done } = run({ onEvent: (event) => events.push(event) });
    const { reason, epochs, steps, history, best } = await done;
    console.log(
      history.map((h) => [h.loss, h.metrics.mae]),
      best,
    );
    expect({ reason, epochs, steps }).toEqual({ reason: 'completed', epochs: 8, steps: 8 * 6 });
  });
});
