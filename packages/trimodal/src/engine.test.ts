import { MODALITIES, Rng } from '@trimodal/core';
import type { StepEngine, StepResult } from '@trimodal/training';
import { describe, expect, test } from 'vitest';
import { CONFIG, DATA } from './__fixtures__/cli';
import { assemble } from './assemble';
import { batchSource } from './batch-sources';
import { type ChosenBackend, createEngine, prepareBackend } from './engine';
import { loadRunConfig } from './load-run-config';
import { openData } from './open-data';
import type { RunConfig } from './run-config';

/** Steps with dropout and missingness, as a run takes them. */
async function losses(
  preset: string,
  backend: ChosenBackend['name'],
  steps: number,
  seed = 1111,
): Promise<StepResult[]> {
  const config: RunConfig = loadRunConfig({
    architecture: preset,
    file: CONFIG,
    assignments: ['training.batchSize=6'],
  });
  const chosen = await prepareBackend(backend);
  await prepareBackend('cpu'); // the initial weights, and eager steps, are TensorFlow.js on the CPU in both
  const { dataset } = await openData(DATA, config, config.model.modalities);
  const engine: StepEngine = createEngine(chosen, assemble(config, dataset).learner, config.training);
  const rng = new Rng(seed).fork('training');
  const source = batchSource(dataset, config, rng);
  const results: StepResult[] = [];
  for (let epoch = 1; results.length < steps; epoch++) {
    for await (const batch of source('train', epoch)) {
      const step = results.length + 1;
      results.push(await engine.step(batch, { learningRate: 1e-3, rng: rng.fork(`step-${step}`), apply: true }));
      if (step === steps) break;
    }
  }
  engine.dispose();
  dataset.close();
  return results;
}

test.each(['concat', 'dbr'])('fifty compiled steps of %s equal eager ones', async (preset) => {
  const eager = await losses(preset, 'cpu', 50);
  const compiled = await losses(preset, 'compiled', 50);
  eager.forEach(({ loss, terms }, i) => {
    expect(Math.abs(compiled[i]!.loss / loss - 1), `loss of step ${i + 1}`).toBeLessThan(1e-4);
    expect(Object.keys(compiled[i]!.terms)).toEqual(Object.keys(terms));
  });
  expect(eager.at(-1)!.loss).toBeLessThan(eager[0]!.loss);
  // other masks show: the agreement is not for want of randomness
  const others = await losses(preset, 'cpu', 1, 1112);
  expect(Math.abs(others[0]!.loss / eager[0]!.loss - 1)).toBeGreaterThan(1e-3);
});

test('training loses other steps each epoch; validation loses nothing unless told', async () => {
  const config = loadRunConfig({ architecture: 'dbr', file: CONFIG });
  const { dataset } = await openData(DATA, config, MODALITIES);
  const observed = async (run: RunConfig, split: 'train' | 'valid', epoch: number) => {
    let steps = 0;
    for await (const { views } of batchSource(dataset, run, new Rng(1))(split, epoch)) {
      for (const { data } of Object.values(views[0]!.mask)) steps += data.reduce((a, b) => a + b, 0);
    }
    return steps;
  };
  const lengths = (split: 'train' | 'valid') =>
    Object.values(dataset.splits[split].lengths).reduce((sum, each) => sum + each.reduce((a, b) => a + b, 0), 0);
  const [first, second] = [await observed(config, 'train', 1), await observed(config, 'train', 2)];
  expect(first).toBeLessThan(lengths('train'));
  expect(second).not.toBe(first);
  expect(await observed(config, 'train', 1)).toBe(first);
  expect(await observed(config, 'valid', 1)).toBe(lengths('valid'));
  const masked = {
    ...config,
    data: { ...config.data, validationMissingness: { protocol: 'frame-uniform', rate: 0.5 } },
  };
  const some = await observed(masked as RunConfig, 'valid', 1);
  expect(some).toBeLessThan(lengths('valid'));
  expect(await observed(masked as RunConfig, 'valid', 2)).toBe(some);
  dataset.close();
});

test('a backend that is not there is named', async () => {
  await expect(prepareBackend('cuda' as never)).rejects.toThrow(
    'must be one of auto, node-gpu, node, wasm, cpu: got cuda',
  );
});

describe('with a GPU', () => {
  const gpu = (runsCompiled: boolean) => ({ isThere: () => true, runsCompiled: async () => runsCompiled });
  const asked: string[] = [];
  const tfjs =
    (works: boolean): Parameters<typeof prepareBackend>[3] =>
    async (preference) => {
      asked.push(preference);
      if (preference === 'node-gpu' && !works) throw new Error('no addon');
      return { backend: preference === 'auto' ? 'cpu' : preference, reason: 'a test', tried: [] };
    };

  test('the compiled step computes on it if ONNX Runtime can', async () => {
    const chosen = await prepareBackend('auto', 0, gpu(true), tfjs(true));
    expect(chosen).toMatchObject({ name: 'compiled', providers: ['cuda', 'cpu'] });
    expect(chosen.reason).toBe('whole training steps in ONNX Runtime, on the GPU');
  });

  test('else tfjs-node-gpu, if it loads, else the compiled step on the CPU', async () => {
    expect(await prepareBackend('auto', 0, gpu(false), tfjs(true))).toMatchObject({ name: 'node-gpu' });
    const chosen = await prepareBackend('auto', 0, gpu(false), tfjs(false));
    expect(chosen).toMatchObject({ name: 'compiled', runtime: expect.any(String) });
    expect(chosen.providers).toBeUndefined();
  });

  test('nothing is tried if a backend was asked for', async () => {
    asked.length = 0;
    expect((await prepareBackend('compiled', 1, gpu(true), tfjs(true))).providers).toBeUndefined();
    expect(asked).toEqual(['wasm']);
  });
});
