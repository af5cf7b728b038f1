import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { Rng } from '@trimodal/core';
import { expectClose } from '@trimodal/testing';
import { describe, expect, it } from 'vitest';
import { linearBatches, linearLearner } from './__fixtures__/linear-learner';
import { DivergedError } from './diverged-error';
import { createEagerStep } from './eager-step';
import type { StampedEvent } from './events';
import { type BatchSource, type FitOptions, type FitResult, fit } from './fit';
import { adamW, sgd } from './optimizers';
import { constant, reduceOnPlateau } from './schedules';

const train = linearBatches(22, 4, 1);
const valid = linearBatches(7, 4, 2);
const batches: BatchSource = (split) => (split === 'train' ? train : valid);

type Outcome = { result: FitResult; events: StampedEvent[]; weights: number[]; weightsByEpoch: number[][] };

async function run(options: Partial<FitOptions> = {}, dropoutRate = 0.25): Promise<Outcome> {
  const learner = linearLearner(1, { dropoutRate });
  const engine = createEagerStep({ learner, optimizer: adamW({ weightDecay: 0 }) });
  const events: StampedEvent[] = [];
  const weightsByEpoch: number[][] = [];
  const weights = () => [...learner.parameters.get('proj.weight')!.dataSync()];
  const onEvent = (event: StampedEvent) => {
    events.push(event);
    if (event.type === 'epoch') weightsByEpoch.push(weights());
  };
  const defaults: FitOptions = { engine, batches, epochs: 3, schedule: constant(0.1), rng: new Rng(3), onEvent };
  const result = await fit({ ...defaults, ...options });
  const outcome = { result, events, weights: weights(), weightsByEpoch };
  engine.dispose();
  learner.dispose();
  return outcome;
}

/** Metrics of validation, one call an epoch, that are given instead of worked out. */
const scripted = (...values: number[]) => {
  let call = 0;
  return () => ({ score: values[call++]!, other: -call });
};

describe('fit', () => {
  it('learns', async () => {
    const { result } = await run({ epochs: 40 }, 0);
    expect(result).toMatchObject({ reason: 'completed', epochs: 40, steps: 240 });
    expect(result.history).toHaveLength(40);
    expect(result.history[0]!.metrics['mae']).toBeGreaterThan(1);
    expect(result.best!.metrics['mae']).toBeLessThan(0.05);
  });

  it('frees all it makes', async () => {
    const before = tf.memory().numTensors;
    await run();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('ends with the parameters of one epoch, chosen by one metric', async () => {
    const { result, weights, weightsByEpoch } = await run({
      epochs: 4,
      metrics: scripted(0.2, 0.9, Number.NaN, 0.9),
      selection: { metric: 'score', mode: 'max' },
    });
    expect(result.best).toEqual({ epoch: 2, step: 12, metrics: { score: 0.9, other: -2 } });
    expect(weights).toEqual(weightsByEpoch[1]);
    expect(weights).not.toEqual(weightsByEpoch[3]);
  });

  it('has no best epoch if the metric never is a number', async () => {
    const { result, weights, weightsByEpoch } = await run({
      metrics: scripted(Number.NaN, Number.NaN, Number.NaN),
      selection: { metric: 'score', mode: 'max' },
    });
    expect(result.best).toBeUndefined();
    expect(weights).toEqual(weightsByEpoch[2]);
  });

  it('leaves padding out of validation', async () => {
    let lengths: number[] = [];
    await run({
      epochs: 1,
      metrics: (truth, predictions) => {
        lengths = [truth.length, predictions.length];
        return { mae: 1 };
      },
    });
    expect(lengths).toEqual([7, 7]);
  });

  it('gathers gradients: windows of three batches give what batches of three times the size give', async () => {
    const accumulated = await run({ accumulationSteps: 3 }, 0);
    const large = await run({ batches: (split) => (split === 'train' ? linearBatches(22, 12, 1) : valid) }, 0);
    expect(accumulated.result.steps).toBe(6);
    expectClose(accumulated.weights, large.weights, { relative: 1e-5 });
    for (const [i, { loss }] of accumulated.result.history.entries()) {
      expectClose([loss], [large.result.history[i]!.loss], { relative: 1e-5 });
    }
  });

  it('steps with what is left at the end of an epoch', async () => {
    const { result, events } = await run({ accumulationSteps: 4, epochs: 2 });
    expect(result.steps).toBe(4);
    expect(events.filter(({ type }) => type === 'step')).toHaveLength(4);
  });

  it('gives each batch of a window masks of its own', async () => {
    const same = [train[0]!, train[0]!];
    const losses: number[] = [];
    const learner = linearLearner();
    const eager = createEagerStep({ learner, optimizer: sgd() });
    const engine = Object.assign(Object.create(eager) as typeof eager, {
      step: async (...[batch, options]: Parameters<typeof eager.step>) => {
        const result = await eager.step(batch, options);
        losses.push(result.loss);
        return result;
      },
    });
    await run({ engine, epochs: 1, accumulationSteps: 2, batches: (split) => (split === 'train' ? same : valid) });
    expect(losses).toHaveLength(2);
    expect(losses[0]).not.toBe(losses[1]);
    eager.dispose();
    learner.dispose();
  });

  it('offers the next batch to an engine that prepares, with the stream that its step gets', async () => {
    const learner = linearLearner();
    const eager = createEagerStep({ learner, optimizer: sgd() });
    const prepared: unknown[] = [];
    const stepped: unknown[] = [];
    const engine = Object.assign(Object.create(eager) as typeof eager, {
      prepare: (batch: unknown, rng: Rng) => prepared.push([batch, rng.state()]),
      step: (...[batch, options]: Parameters<typeof eager.step>) => {
        stepped.push([batch, options.rng.state()]);
        return eager.step(batch, options);
      },
    });
    await run({ engine, epochs: 1, accumulationSteps: 4 });
    expect(stepped).toHaveLength(6);
    expect(prepared).toEqual(stepped.slice(1));
    eager.dispose();
    learner.dispose();
  });

  it('stops when patience is over', async () => {
    const { result } = await run({
      epochs: 9,
      metrics: scripted(3, 2, 1.99, 1.98, 2.5),
      selection: { metric: 'score', mode: 'min' },
      earlyStopping: { patience: 2, minDelta: 0.1 },
    });
    expect(result).toMatchObject({ reason: 'early-stopped', epochs: 4 });
    // the best epoch is the best, however little better
    expect(result.best?.epoch).toBe(4);
  });

  it('tells the schedule of each epoch', async () => {
    const { events } = await run({
      metrics: scripted(1, 2, 3),
      selection: { metric: 'score', mode: 'min' },
      schedule: reduceOnPlateau({ learningRate: 0.1, factor: 0.5, patience: 0 }),
    });
    const rates = events.flatMap((event) => (event.type === 'step' ? [event.learningRate] : []));
    expect(rates.filter((_, i) => i % 6 === 5)).toEqual([0.1, 0.1, 0.05]);
  });

  it('numbers its events and tells what happens', async () => {
    const { events } = await run({ epochs: 2, config: { lr: 0.1 }, stepsPerEpoch: 6 });
    const types = [
      'run-start',
      ...Array(2)
        .fill([...Array(6).fill('step'), 'epoch'])
        .flat(),
      'run-end',
    ];
    expect(events.map(({ type }) => type)).toEqual(types);
    expect(events.map(({ sequence }) => sequence)).toEqual(types.map((_, i) => i));
    expect(events[0]).toMatchObject({ epochs: 2, config: { lr: 0.1 }, refused: [] });
    const steps = events.flatMap((event) => (event.type === 'step' ? [event] : []));
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    for (const { msPerStep, msLeft, loss, terms } of steps) {
      expect(msPerStep).toBeGreaterThan(0);
      expect(msLeft).toBeGreaterThanOrEqual(0);
      expectClose([loss], [terms['task']! + 1e-3 * terms['penalty']!]);
    }
    const mean = steps.slice(0, 6).reduce((sum, { loss }, i) => sum + loss * train[i]!.count, 0) / 22;
    expect(events[7]).toMatchObject({ type: 'epoch', epoch: 1, isBest: true });
    expectClose([(events[7] as { loss: number }).loss], [mean]);
    expect(events.at(-1)).toMatchObject({ reason: 'completed', epoch: 2, step: 12 });
  });

  it('takes batches that come asynchronously', async () => {
    const sync = await run();
    const { weights } = await run({
      batches: async function* (split) {
        for (const batch of split === 'train' ? train : valid) yield await Promise.resolve(batch);
      },
    });
    expect(weights).toEqual(sync.weights);
  });

  it('stops before the next step when aborted, and keeps the latest parameters', async () => {
    const controller = new AbortController();
    let closed = 0;
    const { result, events } = await run({
      signal: controller.signal,
      batches: function* (split) {
        try {
          for (const [i, batch] of (split === 'train' ? train : valid).entries()) {
            if (split === 'train' && i === 4) controller.abort();
            yield batch;
          }
        } finally {
          if (split === 'train') closed++;
        }
      },
    });
    expect(result).toMatchObject({ reason: 'aborted', epochs: 0, steps: 4 });
    expect(events.at(-1)).toMatchObject({ type: 'run-end', reason: 'aborted', step: 4 });
    expect(closed).toBe(1);
  });

  it('stops with an error that says where when the loss is no longer finite', async () => {
    const events: StampedEvent[] = [];
    const failing = run({ schedule: constant(1e30), onEvent: (event) => events.push(event) });
    await expect(failing).rejects.toThrow(DivergedError);
    await expect(failing).rejects.toThrow(/after step \d+ of epoch 1 as the loss must be finite: got .* \(task=/);
    expect(events.at(-1)).toMatchObject({ type: 'run-end', reason: 'failed' });
  });

  it('saves no parameter that is not finite', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'diverged-'));
    const learner = linearLearner();
    const [weight, bias] = [...learner.parameters.values()] as [tf.Variable, tf.Variable];
    tf.tidy(() => bias.assign(tf.zeros([1])));
    const engine = createEagerStep({
      // the loss is finite, but the gradient of a square root at 0 isn't
      learner: {
        ...learner,
        loss: () => ({ loss: bias.square().sum().sqrt().add<tf.Scalar>(weight.sum()), terms: {} }),
      },
      optimizer: sgd(),
    });
    const failing = run({ engine, checkpointDir: folder, checkpointEverySteps: 1 });
    await expect(failing).rejects.toThrow(
      'Cannot go on after step 1 as every parameter must be finite: got another value in proj.bias',
    );
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
    engine.dispose();
    learner.dispose();
  });

  it('checks its options', async () => {
    await expect(run({ epochs: 0 })).rejects.toThrow('epochs must be a positive integer: got 0');
    await expect(run({ accumulationSteps: 1.5 })).rejects.toThrow('accumulationSteps must be a positive integer');
    await expect(run({ selection: { metric: 'may', mode: 'min' } })).rejects.toThrow(
      'must have may: got [mae]; did you mean mae.',
    );
    await expect(run({ batches: () => [] })).rejects.toThrow('the training split must have a batch: got none');
    await expect(run({ batches: (split) => (split === 'train' ? train : []) })).rejects.toThrow();
  });
});
