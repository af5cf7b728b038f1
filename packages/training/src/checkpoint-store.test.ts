import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Rng } from '@trimodal/core';
import { afterAll, describe, expect, it } from 'vitest';
import { CheckpointError, CheckpointStore, checkpointName, type Progress } from './checkpoint-store';
import type { EngineState } from './step-engine';

const root = mkdtempSync(join(tmpdir(), 'checkpoints-'));
afterAll(() => rmSync(root, { recursive: true }));
const newStore = () => new CheckpointStore(join(mkdtempSync(join(root, 'run-')), 'checkpoint'));

const progressOf = (bestEpoch?: number): Progress => ({
  epoch: 3,
  step: 120,
  batches: 0,
  samples: 0,
  loss: 1 / 3,
  terms: { task: 1e-300 },
  rng: new Rng(-5).state(),
  schedule: { learningRate: 0.1 + 0.2 },
  patience: { badEpochs: 1 },
  history: [],
  events: 7,
  configHash: 'abc',
  ...(bestEpoch && { best: { epoch: bestEpoch, step: 40, metrics: { mae: 0.5, corr: Number.NaN } } }),
});

const stateOf = (value: number): EngineState => ({
  parameters: new Map([['encoders.text.weight', { shape: [1, 3], data: Float32Array.of(value, -0, 1e-45) }]]),
  optimizer: new Map([['step/encoders.text.weight', { shape: [], data: Int32Array.of(5) }]]),
});

describe('CheckpointStore', () => {
  it('loads what it saved, to the bit', () => {
    const store = newStore();
    store.save('epoch-3', progressOf(3), stateOf(0.1));
    expect(store.load('epoch-3')).toEqual({ name: 'epoch-3', progress: progressOf(3), state: stateOf(0.1) });
    expect(store.best().name).toBe('epoch-3');
  });

  it('has nothing, and makes nothing, before the first is saved', () => {
    const store = newStore();
    expect(store.names()).toEqual([]);
    expect(() => store.load('epoch-1')).toThrow(CheckpointError);
    expect(() => store.best()).toThrow('must hold one: it has none');
    expect(() => readdirSync(store.folder)).toThrow('ENOENT');
  });

  it('keeps the last two by number, in whatever order they come, and the best of each', () => {
    const store = newStore();
    const save = (epoch: number, step?: number, bestEpoch?: number) => {
      store.save(checkpointName(epoch, step), progressOf(bestEpoch), stateOf(1));
      return store.names();
    };
    expect(save(2, undefined, 2)).toEqual(['epoch-2']);
    expect(save(9, undefined, 2)).toEqual(['epoch-9', 'epoch-2']);
    expect(save(10, 95, 9)).toEqual(['epoch-10-step-95', 'epoch-9', 'epoch-2']);
    expect(save(10, 100, 9)).toEqual(['epoch-10-step-100', 'epoch-10-step-95', 'epoch-9']);
    expect(save(10, undefined, 9)).toEqual(['epoch-10', 'epoch-10-step-100', 'epoch-9']);
    expect(save(11, 105, 10)).toEqual(['epoch-11-step-105', 'epoch-10', 'epoch-9']);
    expect(save(11, 110, 10)).toEqual(['epoch-11-step-110', 'epoch-11-step-105', 'epoch-10']);
    expect(readdirSync(store.folder).sort()).toEqual(
      store
        .names()
        .flatMap((name) => [`${name}.json`, `${name}.safetensors`])
        .sort(),
    );
  });

  it('clears away what a kill has left, and nothing else', () => {
    const store = newStore();
    store.save('epoch-1', progressOf(), stateOf(1));
    store.refuse('epoch-1');
    expect(store.names()).toEqual([]);
    for (const file of ['epoch-2.safetensors', 'epoch-3.json.partial', 'epoch-4.safetensors.partial', 'notes.json']) {
      writeFileSync(join(store.folder, file), '');
    }
    store.save('epoch-4', progressOf(), stateOf(1));
    expect(readdirSync(store.folder).sort()).toEqual([
      'epoch-1.json.refused',
      'epoch-1.safetensors.refused',
      'epoch-4.json',
      'epoch-4.safetensors',
      'notes.json',
    ]);
  });
});
