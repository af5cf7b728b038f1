import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {
  decodeSafetensors,
  forModalities,
  INFERENCE,
  MODALITIES,
  type Modality,
  type ModelInputs,
  mapModalities,
  valueFor,
} from '@trimodal/core';
import { batches, toTensors } from '@trimodal/data';
import { expectClose } from '@trimodal/testing';
import * as ort from 'onnxruntime-web';
import { beforeAll, describe, expect, test } from 'vitest';
import { DATA, newFolder, printed, trainTiny } from '../__fixtures__/cli';
import { planFor } from '../batch-sources';
import { namedInputs } from '../export/model-graph';
import { loadModel } from '../load-model';
import { openData, openRaw } from '../open-data';
import { RunDirectory } from '../run-directory';
import type { RunResult } from '../run-result';
import { evaluate } from './evaluate';
import { type ExportOptions, exportRun } from './export';

// the WebAssembly build that a browser runs; it lies in the package
ort.env.wasm.numThreads = 1;

const runs = { dbr: newFolder(), concat: newFolder() };
const results: Record<string, RunResult> = {};
beforeAll(async () => {
  for (const preset of ['dbr', 'concat'] as const) {
    results[preset] = (await trainTiny(runs[preset], { preset, set: ['training.maxEpochs=2'] })).value;
  }
});

/** What export prints and writes. */
async function exported(run: string, options: Partial<ExportOptions> = {}) {
  const out = join(newFolder(), 'model.onnx');
  const { text } = await printed(() => exportRun(run, { format: 'onnx', out, ...options }));
  const file = readFileSync(out);
  return { text, file, session: await ort.InferenceSession.create(file) };
}

async function outputsOf(session: ort.InferenceSession, inputs: ModelInputs) {
  const feeds = Object.entries(namedInputs(inputs)).map(([name, tensor]) => [
    name,
    new ort.Tensor('float32', Float32Array.from(tensor.dataSync()), tensor.shape),
  ]);
  return session.run(Object.fromEntries(feeds));
}

const predictionsOf = async (session: ort.InferenceSession, inputs: ModelInputs) =>
  (await outputsOf(session, inputs))['prediction']!.data as Float32Array;

/** The first samples of the test split, with parts missing. */
async function someSamples(run: string, batchSize: number): Promise<ModelInputs> {
  const { config } = new RunDirectory(run).result();
  const { dataset } = await openData(DATA, config, config.model.modalities);
  const missingness = planFor(dataset, 'test', { protocol: 'mixed', rate: 0.3 });
  const [batch] = batches(dataset, 'test', { batchSize, missingness });
  return toTensors(batch!).views[0]!;
}

/** The whole test split, its features as the file has them. */
async function rawSamples(run: string): Promise<ModelInputs> {
  const { modalities } = new RunDirectory(run).config().model;
  const { features, lengths, ids } = (await openRaw(DATA)).splits.test;
  const used = forModalities(modalities, (modality) => valueFor(features, modality));
  const isObserved = (modality: Modality, row: number, step: number) => step < valueFor(lengths, modality)[row]!;
  return {
    features: mapModalities(used, (rows) =>
      tf.tensor<tf.Rank.R3>(rows.readAll().slice(), [...rows.shape] as [number, number, number]),
    ),
    mask: mapModalities(used, ({ shape: [, time] }, modality) =>
      tf.tensor2d(ids.map((_, row) => Array.from({ length: time! }, (_, step) => isObserved(modality, row, step)))),
    ),
    present: tf.tensor2d(
      ids.map((_, row) => MODALITIES.map((modality) => modality in used && isObserved(modality, row, 0))),
    ),
  };
}

/** What `trimodal evaluate` says of the whole test split. */
async function evaluatedPredictions(run: string): Promise<number[]> {
  const predictions = join(newFolder(), 'predictions.csv');
  await printed(() => evaluate(run, { data: DATA, predictions }));
  const rows = readFileSync(predictions, 'utf8').trimEnd().split('\n').slice(1);
  return rows.map((row) => Number(row.split(',').at(-1)));
}

describe.each(Object.entries(runs))('a run of %s', (preset, run) => {
  test('says the same in onnxruntime-web, at every batch size', async () => {
    const { session } = await exported(run);
    const { model } = await loadModel(new RunDirectory(run));
    for (const size of [1, 3, 11]) {
      const inputs = await someSamples(run, size);
      const got = await outputsOf(session, inputs);
      const wanted = model.forward(inputs, INFERENCE);
      const tensors: Record<string, tf.Tensor> = { prediction: wanted.prediction, 'fusion.fused': wanted.fusion.fused };
      if (preset === 'dbr') {
        const { weights } = wanted.fusion as unknown as { weights: tf.Tensor };
        const { gates } = wanted.sharedBranch as unknown as { gates: { vision: tf.Tensor } };
        const { borrow } = wanted.privateBranch as unknown as { borrow: tf.Tensor };
        const branches = wanted.branchPredictions!;
        Object.assign(tensors, {
          'fusion.weights': weights,
          'sharedBranch.gates.vision': gates.vision,
          'privateBranch.borrow': borrow,
          'branchPredictions.shared': branches.shared,
          'branchPredictions.private': branches.private,
        });
      }
      for (const [name, tensor] of Object.entries(tensors)) {
        expect(got[name]!.dims, name).toEqual(tensor.shape);
        expectClose(got[name]!.data as Float32Array, tensor, { absolute: 1e-5 });
      }
    }
  });

  test('takes raw features, if told so, and predicts what evaluate does', async () => {
    const { session } = await exported(run, { rawFeatures: true });
    const got = await predictionsOf(session, await rawSamples(run));
    const wanted = await evaluatedPredictions(run);
    expect(wanted).toHaveLength(11);
    expect(new Set(wanted.map((value) => value.toFixed(3))).size).toBeGreaterThan(5);
    for (const [i, value] of wanted.entries()) expect(Math.abs(got[i]! - value)).toBeLessThan(1e-5);
  });

  test('tells what it is', async () => {
    const { file, text, session } = await exported(run);
    const { config, data } = results[preset]!;
    for (const value of [config, data.task, data.dims, data.times, config.model.modalities]) {
      expect(file.includes(JSON.stringify(value))).toBe(true);
    }
    expect(file.includes(`"checkpoint":"epoch-${results[preset]!.selected.epoch}"`)).toBe(true);
    const features = (of: Buffer) => of.subarray(of.indexOf('trimodal.features')).toString('latin1', 17, 27);
    expect(features(file)).toContain('prepared');
    expect(features((await exported(run, { rawFeatures: true })).file)).toContain('raw');
    const { dataset } = await openData(DATA, config, config.model.modalities);
    expect(file.includes(`{"text":{"mean":[${dataset.statistics.text!.mean.join(',')}],"scale":[`)).toBe(true);
    const { modalities } = config.model;
    expect(session.inputNames).toEqual([
      ...modalities.map((modality) => `features.${modality}`),
      ...modalities.map((modality) => `mask.${modality}`),
      'present',
    ]);
    expect(session.outputNames[0]).toBe('prediction');
    for (const name of [...session.inputNames, ...session.outputNames]) expect(text).toContain(`│ ${name} `);
    expect(text).toContain('│ batch x 4 x 7 │');
    expect(session.inputMetadata.every((input) => 'shape' in input && input.shape[0] === 'batch')).toBe(true);
    expect(session.outputMetadata.every((output) => 'shape' in output && output.shape[0] === 'batch')).toBe(true);
  });
});

test('outputs can be chosen', async () => {
  const one = await exported(runs.dbr, { outputs: 'prediction' });
  expect(one.session.outputNames).toEqual(['prediction']);
  const more = await exported(runs.dbr, { outputs: 'fusion.weights, pooled.shared' });
  expect(more.session.outputNames).toEqual([
    'prediction',
    'fusion.weights',
    'pooled.shared.text',
    'pooled.shared.audio',
    'pooled.shared.vision',
  ]);
  expect(one.file.length).toBeLessThan(more.file.length);
});

test('a checkpoint can be chosen; the best is the one that the run was scored with', async () => {
  const inputs = await someSamples(runs.dbr, 5);
  const at = async (checkpoint?: string) =>
    predictionsOf((await exported(runs.dbr, checkpoint ? { checkpoint } : {})).session, inputs);
  const { epoch } = results['dbr']!.selected;
  const best = await at();
  expect(await at(`epoch-${epoch}`)).toEqual(best);
  expect(await at(`epoch-${3 - epoch}`)).not.toEqual(best);
  expect(await at('last')).toEqual(await at('epoch-2'));
});

test('samples: inputs with parts missing, and what the model makes of them', async () => {
  const samples = join(newFolder(), 'samples.safetensors');
  const { session } = await exported(runs.dbr, { samples, outputs: 'fusion.weights' });
  const { tensors } = decodeSafetensors(new Uint8Array(readFileSync(samples)));
  const feeds = session.inputNames.map((name) => {
    const { data, shape } = tensors.get(`input/${name}`)!;
    return [name, new ort.Tensor('float32', data as Float32Array, shape)];
  });
  const got = await session.run(Object.fromEntries(feeds));
  for (const name of ['prediction', 'fusion.weights']) {
    const { data, shape } = tensors.get(`output/${name}`)!;
    expect(shape[0]).toBe(11);
    expectClose(got[name]!.data as Float32Array, data as Float32Array, { absolute: 1e-5 });
  }
  expect(tensors.size).toBe(7 + 2);
  expect(tensors.get('input/present')!.data).toContain(0);
});

describe('is refused', () => {
  const refusal = (options: Partial<ExportOptions> = {}, run = runs.dbr) =>
    printed(() => exportRun(run, { format: 'onnx', out: join(newFolder(), 'model.onnx'), ...options }));

  test('a folder without a run', async () => {
    await expect(refusal({}, newFolder())).rejects.toThrow('must be the folder of a finished run');
  });

  test('a file that is there, unless it is to be replaced', async () => {
    const out = `${newFolder()}.onnx`;
    writeFileSync(out, 'mine');
    await expect(refusal({ out })).rejects.toThrow(`Cannot export to ${out} as there must be no such file`);
    await expect(refusal({ samples: out })).rejects.toThrow(`Cannot export to ${out}`);
    expect(readFileSync(out, 'utf8')).toBe('mine');
    await refusal({ out, force: true });
    expect(readFileSync(out).length).toBeGreaterThan(10_000);
  });

  test('a checkpoint that is not there', async () => {
    await expect(refusal({ checkpoint: 'epoch-9' })).rejects.toThrow(
      `Cannot load the checkpoint epoch-9 of ${runs.dbr} as it must be one of best, last, epoch-2, epoch-1`,
    );
  });

  test('an output that is not there', async () => {
    await expect(refusal({ outputs: 'fusion.wieghts' })).rejects.toThrow('did you mean fusion.weights?');
  });

  test('data that are not there any more, or others', async () => {
    await expect(refusal({ data: 'synthetic' })).rejects.toThrow('its data must have the hash');
    await expect(refusal({ data: 'nowhere.pkl' })).rejects.toThrow('Cannot open nowhere.pkl');
    const run = newFolder();
    await trainTiny(run, { preset: 'concat', data: DATA });
    const file = join(run, 'result.json');
    const text = readFileSync(file, 'utf8').replace(JSON.stringify(DATA), '"moved.pkl"');
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
    await expect(refusal({}, run)).rejects.toThrow(/moved.pkl is not there; tell by --data where they are/);
    await refusal({ data: DATA }, run);
  });
});
