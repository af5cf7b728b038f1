import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs';
import { Rng } from '@trimodal/core';
import { expectClose } from '@trimodal/testing';
import { expect, test } from 'vitest';
import { linearBatches, linearLearner } from './__fixtures__/linear-learner';
import { clipByGlobalNorm } from './clipping';
import { createCompiledStep } from './compiled-step';
import { createEagerStep } from './eager-step';
import type { Learner } from './learner';
import { adamW, type Optimizer, sgd } from './optimizers';
import type { StepEngine } from './step-engine';

const batches = linearBatches(22, 5, 1);

/** Steps with dropout; every third batch is only gathered. */
async function losses(engine: StepEngine, from = 0, to = 30, seed = 3): Promise<number[]> {
  const values: number[] = [];
  for (let step = from; step < to; step++) {
    const { loss, terms } = await engine.step(batches[step % batches.length]!, {
      learningRate: 0.05,
      rng: new Rng(seed).fork(`step-${step}`),
      apply: step % 3 !== 1,
    });
    values.push(loss, terms['task']!, terms['penalty']!);
  }
  return values;
}

test.each<[string, Optimizer]>([
  ['adamW', adamW()],
  ['sgd with momentum', sgd({ momentum: 0.9, weightDecay: 0.01 })],
  ['sgd', sgd()],
])('takes the steps that the eager engine takes: %s', async (_, optimizer) => {
  const clip = clipByGlobalNorm(0.8);
  const eager = createEagerStep({ learner: linearLearner(), optimizer, clip });
  const learner = linearLearner();
  const compiled = createCompiledStep({ learner, optimizer, clip, threads: 1 });
  expectClose(await losses(compiled), await losses(eager), { relative: 1e-5 });
  const wanted = await eager.readState();
  const got = await compiled.readState();
  expect([...got.optimizer.keys()]).toEqual([...wanted.optimizer.keys()]);
  for (const [path, { data }] of wanted.parameters) expectClose(got.parameters.get(path)!.data, data);
  for (const [name, { data }] of wanted.optimizer) expectClose(got.optimizer.get(name)!.data, data);
  expectClose(learner.parameters.get('proj.weight')!, wanted.parameters.get('proj.weight')!.data);
  const view = batches[1]!.views[0]!;
  expectClose(await compiled.predict(view), await eager.predict(view));
});

test('goes on from a state, bit for bit', async () => {
  const optimizer = adamW();
  const through = createCompiledStep({ learner: linearLearner(), optimizer, threads: 1 });
  await losses(through, 0, 6);
  const state = await through.readState();
  const wanted = await losses(through, 6, 12);
  const resumed = createCompiledStep({ learner: linearLearner(9), optimizer, threads: 1 });
  expect(await resumed.writeState(state)).toEqual({ missing: [], unexpected: [] });
  expect(await losses(resumed, 6, 12)).toEqual(wanted);
});

test('counts the steps of each parameter', async () => {
  const optimizer = adamW();
  const eager = createEagerStep({ learner: linearLearner(), optimizer });
  const compiled = createCompiledStep({ learner: linearLearner(), optimizer, threads: 1 });
  await losses(eager, 0, 3);
  const state = await eager.readState();
  const optimizerState = new Map(state.optimizer).set('step/proj.bias', { shape: [], data: Int32Array.of(7) });
  for (const engine of [eager, compiled]) await engine.writeState({ ...state, optimizer: optimizerState });
  expectClose(await losses(compiled, 3, 12), await losses(eager, 3, 12));
});

test('leaks no tensor, and leaves variables and backend as they were', async () => {
  const learner = linearLearner();
  const before = tf.memory().numTensors;
  const engine = createCompiledStep({ learner, optimizer: adamW(), threads: 1 });
  await losses(engine, 0, 3);
  await engine.predict(batches[0]!.views[0]!);
  expect(tf.memory().numTensors).toBe(before);
  expect(tf.getBackend()).toBe('cpu');
  engine.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test("keeps parameters and the optimiser's memory once, and allocates nothing that grows", async () => {
  const size = 2_000_000;
  const [weight, bias] = [tf.variable(tf.fill([size], 0.5)), tf.variable(tf.scalar(1))];
  const learner: Learner = {
    parameters: new Map([
      ['weight', weight],
      ['bias', bias],
    ]),
    loss: ({ labels }) => ({ loss: weight.sub(bias).square().mean<tf.Scalar>().mul(labels.mean()), terms: {} }),
    predict: () => tf.zeros([1, 1]),
  };
  // array buffers are swept on another thread: what is counted may lag behind a collection
  const bytes = async () => {
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 10; i++) {
      collectGarbage();
      await new Promise((resolve) => setTimeout(resolve, 10));
      least = Math.min(least, process.memoryUsage().arrayBuffers);
    }
    return least;
  };
  const before = await bytes();
  const engine = createCompiledStep({ learner, optimizer: adamW(), threads: 1 });
  const steps = async (count: number) => {
    for (let i = 0; i < count; i++) {
      await engine.step(batches[0]!, { learningRate: 0.01, rng: new Rng(1), apply: true });
    }
  };
  await steps(2);
  const after = await bytes();
  expect(after - before).toBeLessThan(3.5 * 4 * size); // parameters and two moments
  await steps(4);
  expect((await bytes()) - after).toBeLessThan(1e6);
  engine.dispose();
  tf.dispose([weight, bias]);
});

/** Without it a measurement of memory counts what nobody holds any more. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}
