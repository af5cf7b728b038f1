import * as tf from '@tensorflow/tfjs';
import { Rng } from '@trimodal/core';
import { expectClose } from '@trimodal/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { linearBatches, linearLearner } from './__fixtures__/linear-learner';
import { createEagerStep } from './eager-step';
import { adamW, sgd } from './optimizers';
import type { StepEngine } from './step-engine';

const batches = linearBatches(22, 4, 1);
const rng = new Rng(5);
const apply = { learningRate: 0.1, rng, apply: true };

let learner: ReturnType<typeof linearLearner>;
let engine: StepEngine;
let tensorsBefore: number;

beforeEach(() => {
  tensorsBefore = tf.memory().numTensors;
  learner = linearLearner();
  engine = createEagerStep({ learner, optimizer: adamW() });
});

afterEach(() => {
  engine.dispose();
  learner.dispose();
  expect(tf.memory().numTensors).toBe(tensorsBefore);
});

const values = () => [...learner.parameters].map(([path, variable]) => [path, [...variable.dataSync()]]);

describe('createEagerStep', () => {
  it('keeps the number of tensors over twenty steps, gathering, predicting, reading and writing', async () => {
    const turn = async (i: number) => {
      await engine.step(batches[i % batches.length]!, { ...apply, apply: i % 2 === 1 });
      await engine.predict(batches[0]!.views[0]!);
      await engine.writeState(await engine.readState());
      return tf.memory().numTensors;
    };
    const first = await turn(1);
    for (let i = 2; i <= 21; i++) expect(await turn(i)).toBe(first);
  });

  it('returns the loss and its terms as they were before the step', async () => {
    const { loss, terms } = await engine.step(batches[0]!, { ...apply, rng: new Rng(1) });
    const fresh = linearLearner(1);
    const other = createEagerStep({ learner: fresh, optimizer: sgd() });
    const again = await other.step(batches[0]!, { ...apply, rng: new Rng(1) });
    expect(again).toEqual({ loss, terms });
    expect(Object.keys(terms)).toEqual(['task', 'penalty']);
    expectClose([loss], [terms['task']! + 1e-3 * terms['penalty']!]);
    other.dispose();
    fresh.dispose();
  });

  it('skips a parameter that has no part in the loss, weight decay included', async () => {
    const before = values();
    await engine.step(batches[0]!, apply);
    const after = values();
    expect(after[2]).toEqual(before[2]);
    expect(after[0]).not.toEqual(before[0]);
    const { optimizer } = await engine.readState();
    expect(optimizer.get('step/unused')?.data[0]).toBe(0);
    expect(optimizer.get('step/proj.weight')?.data[0]).toBe(1);
  });

  it('depends on the stream it is given', async () => {
    const a = await engine.step(batches[0]!, { ...apply, rng: new Rng(1), learningRate: 0 });
    const b = await engine.step(batches[0]!, { ...apply, rng: new Rng(1), learningRate: 0 });
    const c = await engine.step(batches[0]!, { ...apply, rng: new Rng(2), learningRate: 0 });
    expect(b.loss).toBe(a.loss);
    expect(c.loss).not.toBe(a.loss);
  });

  it('predicts without randomness, padding included', async () => {
    const prediction = await engine.predict(batches[5]!.views[0]!);
    expect(prediction).toHaveLength(4);
    expect(await engine.predict(batches[5]!.views[0]!)).toEqual(prediction);
  });

  it('goes on from a state as if it had never stopped', async () => {
    for (const batch of batches.slice(0, 3)) await engine.step(batch, apply);
    const state = await engine.readState();
    const rest = async (e: StepEngine) => {
      for (const [i, batch] of batches.slice(3).entries()) await e.step(batch, { ...apply, rng: new Rng(i) });
      return e.readState();
    };
    const expected = await rest(engine);
    const other = linearLearner(2);
    const restored = createEagerStep({ learner: other, optimizer: adamW() });
    expect(await restored.writeState(state)).toEqual({ missing: [], unexpected: [] });
    expect(await rest(restored)).toEqual(expected);
    restored.dispose();
    other.dispose();
  });

  it('restores by path, whatever the order and whatever else there is', async () => {
    for (const batch of batches.slice(0, 3)) await engine.step(batch, apply);
    const state = await engine.readState();
    const old = linearLearner(2);
    const added = tf.tidy(() => tf.variable(tf.ones([2, 2])));
    const reordered = new Map([
      ['added', added],
      ...[...old.parameters].filter(([path]) => path !== 'unused').reverse(),
    ]);
    const restored = createEagerStep({
      // the new parameter joins in the loss, so it takes its first step when the others take their fourth
      learner: {
        ...old,
        parameters: reordered,
        loss: (batch, ctx) => {
          const { loss, terms } = old.loss(batch, ctx);
          return { loss: loss.add<tf.Scalar>(added.sum()), terms };
        },
      },
      optimizer: adamW(),
    });
    const report = await restored.writeState(state);
    expect(report.missing).toEqual(['added', 'firstMoment/added', 'secondMoment/added', 'step/added']);
    expect(report.unexpected).toEqual(['unused', 'firstMoment/unused', 'secondMoment/unused', 'step/unused']);
    await restored.step(batches[3]!, { ...apply, rng: new Rng(7) });
    await engine.step(batches[3]!, { ...apply, rng: new Rng(7) });
    for (const path of ['proj.weight', 'proj.bias']) {
      expectClose(reordered.get(path)!, learner.parameters.get(path)!, { relative: 1e-6 });
    }
    // Adam's first step is as long as the learning rate: 1 - 0.1 * 0.01 (decay) - 0.1
    expectClose(added, [0.899, 0.899, 0.899, 0.899]);
    expect((await restored.readState()).optimizer.get('step/added')?.data[0]).toBe(1);
    restored.dispose();
    old.dispose();
    added.dispose();
  });

  it('refuses a state of another shape, and changes nothing', async () => {
    const state = await engine.readState();
    const before = values();
    const parameters = new Map(state.parameters).set('proj.bias', { shape: [2], data: new Float32Array(2) });
    parameters.set('proj.weight', { shape: [4, 1], data: new Float32Array(4) });
    await expect(engine.writeState({ ...state, parameters })).rejects.toThrow(
      'Cannot restore proj.bias as it must be float32 [1]: got Float32Array [2].',
    );
    expect(values()).toEqual(before);
  });

  it('forgets a gathered gradient when a state is written', async () => {
    const state = await engine.readState();
    await engine.step(batches[0]!, { ...apply, rng: new Rng(1) });
    const expected = await engine.readState();
    await engine.writeState(state);
    await engine.step(batches[1]!, { ...apply, apply: false });
    await engine.writeState(state);
    await engine.step(batches[0]!, { ...apply, rng: new Rng(1) });
    expect(await engine.readState()).toEqual(expected);
  });
});

it('a gathered gradient is the mean over real samples', async () => {
  const one = linearLearner(1, { dropoutRate: 0 });
  const other = linearLearner(1, { dropoutRate: 0 });
  const whole = createEagerStep({ learner: one, optimizer: sgd() });
  const gathering = createEagerStep({ learner: other, optimizer: sgd() });
  await whole.step(linearBatches(10, 10, 1)[0]!, apply);
  for (const [i, batch] of linearBatches(10, 4, 1).entries()) await gathering.step(batch, { ...apply, apply: i === 2 });
  for (const [path, parameter] of one.parameters) {
    expectClose(other.parameters.get(path)!, parameter, { relative: 1e-6 });
  }
  for (const x of [whole, gathering, one, other]) x.dispose();
});
