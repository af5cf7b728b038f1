import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { CONFIG, DATA, newFolder, printed, readEvents, readJson, trainTiny } from '../__fixtures__/cli';
import type { RunResult } from '../run-result';
import { train } from './train';

const METRICS = ['mae', 'corr', 'acc7', 'acc5', 'acc2NonZero', 'acc2HasZero', 'f1NonZero', 'f1HasZero'];
const out = newFolder();
/** A learning rate that doesn't depend on how long the run is. */
const set = ['training.accumulationSteps=3', 'training.schedule={"kind":"constant"}'];
const options = { seed: 7, set: [...set, 'training.maxEpochs=2'] };
let text: string;
let result: RunResult;
beforeAll(async () => {
  ({ text, value: result } = await trainTiny(out, options));
});

describe('a run', () => {
  test('leaves config, result, checkpoints and events', () => {
    expect(readdirSync(out).sort()).toEqual(['checkpoint', 'config.json', 'events.jsonl', 'result.json']);
    expect(readJson(out, 'result.json')).toEqual(JSON.parse(JSON.stringify(result)));
    expect(readJson(out, 'config.json')).toEqual(result.config);
    expect(readdirSync(join(out, 'checkpoint'))).toContain(`epoch-${result.selected.epoch}.safetensors`);
  });

  test('says all that is needed to judge it or to do it again', () => {
    for (const split of [result.valid, result.test]) {
      expect(Object.keys(split)).toEqual(METRICS);
      expect(Object.values(split).every(Number.isFinite)).toBe(true);
    }
    expect(result).toMatchObject({
      format: 'trimodal-result-1',
      architecture: 'dbr',
      seed: 7,
      backend: { name: 'cpu', reason: 'cpu was asked for' },
      versions: { tfjs: expect.stringMatching(/^4\./), node: process.version, trimodal: expect.stringMatching(/^\d/) },
      data: {
        source: DATA,
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        sizes: { train: 30, valid: 9, test: 11 },
        dims: { text: 7, audio: 5, vision: 3 },
      },
      epochs: 2,
      stopped: 'completed',
      config: { seed: 7, model: { dModel: 8 }, training: { maxEpochs: 2, accumulationSteps: 3 } },
    });
    expect(result.selected.why).toBe(
      'lowest mae on the validation split, of 2 epochs; the test split was scored once, afterwards',
    );
    expect(result.numParameters).toBeGreaterThan(1000);
    expect(result.msPerStep).toBeGreaterThan(0);
    expect(result.seconds).toBeGreaterThan(0);
    const { redundancy, leakage, bias, complementarity } = result.diagnostics.branchBalance!;
    const measures = [redundancy, ...Object.values(leakage), bias, complementarity];
    expect(measures.every(Number.isFinite)).toBe(true);
    expect(result.diagnostics).not.toHaveProperty('factorRecovery');
  });

  test('selects its epoch by validation alone, one for all metrics', () => {
    const epochs = readEvents(out).filter(({ type }) => type === 'epoch');
    const best = epochs.reduce((a, b) => (b.metrics.mae < a.metrics.mae ? b : a));
    expect(result.selected).toMatchObject({ epoch: best.epoch, step: best.step });
    expect(result.valid).toEqual(best.metrics);
  });

  test('tells of each epoch and step; the last partial window of batches steps, too', () => {
    const types = readEvents(out).map(({ type }) => type);
    const epoch = ['step', 'step', 'epoch', 'checkpoint']; // 4 batches of 8, 3 to a step
    expect(types).toEqual(['run-start', ...epoch, ...epoch, 'run-end']);
  });

  test('ends with a table that has every score', () => {
    for (const metric of METRICS) expect(text).toContain(metric);
    expect(text).toContain(`│ test (11)  │ ${result.test['mae']!.toFixed(3)}`.replace('  │', ' │'));
    expect(text).toContain('How the two branches share the work');
    expect(text).toContain(`Written to ${out}/result.json`);
  });

  test('with another seed is another, with the same the same', async () => {
    const [first] = readEvents(out).filter(({ type }) => type === 'epoch');
    const shorter = (seed: number) => trainTiny(newFolder(), { seed, set });
    expect((await shorter(7)).value.valid).toEqual(first.metrics);
    expect((await shorter(8)).value.valid).not.toEqual(first.metrics);
  });
});

test('on the synthetic benchmark it is known what the parts should hold', async () => {
  const { value, text } = await trainTiny(newFolder(), {
    data: 'synthetic',
    backend: 'compiled',
    set: ['training.batchSize=200'],
  });
  expect(value.data.sizes).toEqual({ train: 1200, valid: 200, test: 400 });
  const { factorRecovery } = value.diagnostics;
  for (const slot of [factorRecovery!.shared, factorRecovery!.private]) {
    expect(Object.keys(slot)).toEqual(['text', 'audio', 'vision']);
    // even untrained parts keep some of what went in
    for (const { shared, private: own } of Object.values(slot)) expect(Math.max(shared, own)).toBeGreaterThan(0.02);
    for (const { shared, private: own } of Object.values(slot)) expect(Math.max(shared, own)).toBeLessThan(1);
  }
  expect(text).toContain('│ private vision │');
});

test('a finished run is not done again', async () => {
  const before = readEvents(out);
  const again = await trainTiny(out, { ...options, resume: true });
  expect(again.text).toContain(`${out} is finished already.`);
  expect(again.value).toEqual(JSON.parse(JSON.stringify(result)));
  expect(readEvents(out)).toEqual(before);
});

test('the baseline trains, too: no branches to speak of', async () => {
  const { value, text } = await trainTiny(newFolder(), { preset: 'concat' });
  expect(value.config.model.modalities).toEqual(['text', 'audio']);
  expect(value.data.dims).toEqual({ text: 7, audio: 5 });
  expect(value.diagnostics).toEqual({});
  expect(text).not.toContain('branches');
});

test('every schedule, optimiser and clipping runs', async () => {
  const { value } = await trainTiny(newFolder(), {
    set: [
      'training.schedule={"kind":"warmup-cosine","warmupRate":0.25}',
      'training.optimizer={"kind":"adam","weightDecay":0}',
      'training.clipping={"kind":"value","limit":0.6}',
      'training.selection={"metric":"corr","mode":"max"}',
      'data.missingness=null',
      'data.validationMissingness={"protocol":"frame-uniform","rate":0.3}',
    ],
  });
  expect(value.selected.why).toMatch(/^highest corr/);
});

describe('is refused', () => {
  const refusal = (options: Partial<Parameters<typeof train>[1]>, preset = 'dbr') =>
    printed(() => train(preset, { data: DATA, out: newFolder(), config: CONFIG, backend: 'cpu', ...options }));

  test('an unknown key, by its path and the nearest name', async () => {
    await expect(refusal({ set: ['model.sharedBranch.kernlSize=5'] })).rejects.toThrow(
      'it has no key model.sharedBranch.kernlSize; known there: kind, numHeads, kernelSize',
    );
    await expect(refusal({ set: ['training.maxEpoch=5'] })).rejects.toThrow('Did you mean training.maxEpochs?');
  });

  test('a value that is not allowed there', async () => {
    await expect(refusal({ set: ['training.maxEpochs=many'] })).rejects.toThrow(/training.maxEpochs.*got "many"/);
    await expect(refusal({ set: ['training.maxEpochs'] })).rejects.toThrow('path.to.key=value');
  });

  test('an unknown architecture', async () => {
    await expect(refusal({}, 'drb')).rejects.toThrow(/it must be one of .*dbr.*: got "drb". Did you mean dbr\?/);
  });

  test('a file that is not there', async () => {
    await expect(refusal({ data: 'no.pkl' })).rejects.toThrow('Cannot open no.pkl');
    await expect(refusal({ config: 'no.json' })).rejects.toThrow('Cannot read no.json');
  });

  test('a folder that holds a run', async () => {
    await expect(refusal({ out })).rejects.toThrow('it holds a run; add --resume to go on with it');
  });

  test('to resume a run of another config', async () => {
    await expect(refusal({ out, resume: true })).rejects.toThrow('seed was 7, got 1111; choose another --out');
  });

  test('a folder that holds something else', async () => {
    const folder = newFolder();
    mkdirSync(folder);
    writeFileSync(join(folder, 'thesis.tex'), '');
    await expect(refusal({ out: folder })).rejects.toThrow('it holds files that are no run');
  });

  test('a model that cannot be built, and its folder stays free', async () => {
    const folder = newFolder();
    await expect(refusal({ out: folder, set: ['model.dModel=6'] })).rejects.toThrow('divisible by numHeads');
    expect((await trainTiny(folder)).value.epochs).toBe(1);
  });

  test('a metric that does not exist', async () => {
    await expect(refusal({ set: ['training.selection.metric=MAE'] })).rejects.toThrow(
      /training.selection.metric is wrong \(one of mae, .*got "MAE"/,
    );
  });
});
