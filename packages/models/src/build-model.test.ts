import * as tf from '@tensorflow/tfjs';
import { type ForwardContext, INFERENCE, MODALITIES, type Modality, parameters, Rng } from '@trimodal/core';
import { expectClose, MODALITY_SUBSETS } from '@trimodal/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TINY, tinyBatch, tinyConfig } from './__fixtures__/tiny';
import { buildModel } from './build-model';
import { buildObjective, type Objective, type ObjectiveBatch } from './build-objective';
import type { ModelConfig } from './model-config';
import { type PresetName, presets } from './presets/index';
import type { Task } from './task-loss';
import type { TrimodalModel } from './trimodal-model';

const PRESETS = Object.keys(presets) as PresetName[];
const SCORE: Task = { kind: 'regression' };
const training = (seed: number): ForwardContext => ({ training: true, rng: new Rng(seed) });

/** A batch with the views that a config asks for. */
const batchOf = ({ views = 'single' }: ModelConfig, options: Parameters<typeof tinyBatch>[0] = {}) =>
  tinyBatch({ ...options, views });

const build = (config: ModelConfig, outDim = 1) => buildModel(config, { ...TINY, outDim }, new Rng(5));

/** The loss and the gradient of every parameter that has one. */
function gradients(model: TrimodalModel, objective: Objective, batch: () => ObjectiveBatch, seed = 3) {
  const all = parameters(model);
  const { value, grads } = tf.variableGrads(() => objective(model, batch(), training(seed)).loss, [...all.values()]);
  const byPath = new Map([...all].map(([path, { name }]) => [path, grads[name]]));
  return { loss: value.dataSync()[0]!, byPath };
}

/** Moves weights that start at 0, and stop the gradient of those before them, off it. */
function takeStep(model: TrimodalModel, byPath: ReadonlyMap<string, tf.Tensor | undefined>): void {
  for (const [path, variable] of parameters(model)) {
    const gradient = byPath.get(path);
    if (gradient) variable.assign(variable.sub(gradient.mul(0.1)));
  }
}

function withoutGradient(byPath: ReadonlyMap<string, tf.Tensor | undefined>): string[] {
  return [...byPath].flatMap(([path, gradient]) => {
    const values = gradient?.dataSync() ?? [];
    expect(values.every(Number.isFinite), path).toBe(true);
    return values.some((value) => value !== 0) ? [] : [path];
  });
}

beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

describe.each(PRESETS)('the preset %s', (name) => {
  const config = tinyConfig(name);

  test('predicts a score or logits, the same for the same seed, and no randomness in inference', () => {
    const predict = (outDim: number) => build(config, outDim).forward(tinyBatch().views[0]!, INFERENCE).prediction;
    expect(predict(1).shape).toEqual([3, 1]);
    expect(predict(4).shape).toEqual([3, 4]);
    expectClose(predict(4), predict(4), { relative: 0, absolute: 0 });
    const other = buildModel(config, TINY, new Rng(6)).forward(tinyBatch().views[0]!, INFERENCE).prediction;
    expect(other.dataSync()).not.toEqual(predict(1).dataSync());
  });

  test.each<[string, Task, number[]]>([
    ['a score', SCORE, [1.5, -2, 0.4]],
    ['classes', { kind: 'classification', classes: ['a', 'b', 'c', 'd'] }, [3, 0, 1]],
  ])('gives every parameter a gradient from its objective: %s', (_, task, labels) => {
    const model = build(config, task.kind === 'classification' ? 4 : 1);
    const objective = buildObjective(config, task);
    const batch = () => batchOf(config, { labels });
    takeStep(model, gradients(model, objective, batch).byPath);
    expect(withoutGradient(gradients(model, objective, batch, 4).byPath)).toEqual([]);
  });

  test('is finite for every subset of modalities and leaks nothing', () => {
    const model = build(config);
    const objective = buildObjective(config, SCORE);
    for (const available of MODALITY_SUBSETS) {
      const before = tf.memory().numTensors;
      tf.tidy(() => {
        const { loss, byPath } = gradients(model, objective, () => batchOf(config, { available }));
        expect(loss, `${available}`).toSatisfy(Number.isFinite);
        withoutGradient(byPath);
        const { prediction } = model.forward(tinyBatch({ available }).views[0]!, INFERENCE);
        expect([...prediction.dataSync()].every(Number.isFinite)).toBe(true);
      });
      expect(tf.memory().numTensors).toBe(before);
    }
  });

  test('gives an absent modality no say', () => {
    const model = build(config);
    const [without, junk] = [tinyBatch({ available: ['text'] }).views[0]!, tinyBatch().views[0]!];
    const view = { ...without, features: { ...junk.features, text: without.features.text! } };
    expectClose(model.forward(view, INFERENCE).prediction, model.forward(without, INFERENCE).prediction);
  });

  test('counts padding rows in no term', () => {
    const model = build(config);
    const objective = buildObjective(config, SCORE);
    // masks of dropout are drawn for the whole batch: keep everything, so that rows can be compared
    const everything: ForwardContext = { training: true, rng: { keepMask: (shape) => tf.ones([...shape]) } };
    const values = (padding: number) => objective(model, batchOf(config, { padding }), everything);
    const [plain, padded] = [values(0), values(2)];
    for (const [term, value] of Object.entries(plain.terms)) {
      try {
        expectClose(padded.terms[term]!, value, { relative: 1e-5, absolute: 1e-6 });
      } catch (cause) {
        throw new Error(`padding changes ${term}`, { cause });
      }
      expect(value.dataSync()[0], term).not.toBe(0);
    }
    expectClose(padded.loss, plain.loss);
  });

  test.each<[readonly Modality[]]>([[['text', 'audio']], [['text']]])('works for %j alone', (modalities) => {
    const few = { ...config, modalities: [...modalities] };
    const model = build(few);
    expect([...parameters(model).keys()].some((path) => path.includes('vision'))).toBe(false);
    const objective = buildObjective(few, SCORE);
    // data of three modalities are no hindrance
    for (const given of [modalities, MODALITIES]) {
      const { loss, byPath } = gradients(model, objective, () => batchOf(config, { modalities: given }));
      expect(loss).toSatisfy(Number.isFinite);
      withoutGradient(byPath);
    }
  });
});

test('every kind of part can be built and learns', () => {
  const kinds = {
    encoders: [
      { kind: 'transformer', numLayers: 1, numHeads: 2 },
      { kind: 'transformer', numLayers: 1, numHeads: 2, numPrefixTokens: 3 },
      { kind: 'temporal-conv', kernelSize: 5, dropoutRate: 0.3 },
      { kind: 'gru', numLayers: 2 },
      { kind: 'gru', bidirectional: false },
      { kind: 'linear' },
    ].map((text) => ({ encoders: { text } })),
    disentangler: [
      { kind: 'shared-private', encoder: 'mlp', hiddenDim: 12 },
      { kind: 'shared-private', encoder: 'transformer', numLayers: 1, numHeads: 2 },
    ].map((disentangler) => ({ disentangler })),
    branches: [{ sharedBranch: { temporal: 'gru' } }, { privateBranch: { anchor: 'text' } }],
    fusion: ['concat', 'gated', 'attention'].map((kind) => ({ fusion: { kind, pooling: 'attention' } })),
    head: [{ head: { kind: 'linear' } }],
    task: ['mse', 'smooth-l1'].map((regressionLoss) => ({ regressionLoss })),
  };
  for (const edit of Object.values(kinds).flat()) {
    const config = tinyConfig('dbr', edit);
    const model = build(config);
    const objective = buildObjective(config, SCORE);
    takeStep(model, gradients(model, objective, tinyBatch).byPath);
    expect(withoutGradient(gradients(model, objective, tinyBatch).byPath), JSON.stringify(edit)).toEqual([]);
  }
});

test('data without a modality of the model are refused', () => {
  const { vision: _, ...dims } = TINY.dims;
  expect(() => buildModel(tinyConfig('dbr'), { ...TINY, dims }, new Rng(1))).toThrow(
    'Cannot build the model as the data must have vision: got [text, audio]; name the modalities to use in model.modalities.',
  );
});

test('parts that need a shared branch, or transformers, say so', () => {
  const tsf = { disentangler: { kind: 'identity' }, objective: { task: 1 } };
  expect(() => build(tinyConfig('dbr', tsf))).toThrow(
    'sharedBranch.kind "tsf" needs a disentangler that makes a shared part: got disentangler.kind "identity"',
  );
  expect(() => build(tinyConfig('concat', { fusion: { kind: 'brf' } }))).toThrow('fusion.kind "brf" needs');
  expect(() => build(tinyConfig('derl', { disentangler: { slots: ['private'] }, fusion: { kind: 'brf' } }))).toThrow(
    'a shared part: got disentangler.kind "hybrid-experts", which makes the private part alone.',
  );
  expect(() => build(tinyConfig('dbr', { disentangler: { numLayers: 2 } }))).toThrow(
    'need disentangler.encoder "transformer"',
  );
});

test('half a direction must be whole', () => {
  expect(() => build(tinyConfig('concat', { dModel: 7 }))).toThrow('dModel must be even, half a direction: got 7');
});
