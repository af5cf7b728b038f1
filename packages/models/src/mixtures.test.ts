import * as tf from '@tensorflow/tfjs';
import { parameters, Rng } from '@trimodal/core';
import { MODALITY_SUBSETS } from '@trimodal/testing';
import { expect, test } from 'vitest';
import { TINY, tinyBatch, tinyConfig } from './__fixtures__/tiny';
import { buildModel } from './build-model';
import { buildObjective } from './build-objective';
import { checkArm } from './check-arm';
import type { ConfigEdit } from './edit-config';
import type { ModelConfig, TermName } from './model-config';
import { terms } from './objective-terms';

const ENCODERS = {
  prefix: { kind: 'transformer', numLayers: 1, numHeads: 2, numPrefixTokens: 3 },
  transformer: { kind: 'transformer', numLayers: 1, numHeads: 2 },
  conv: { kind: 'temporal-conv' },
  gru: { kind: 'gru' },
  linear: { kind: 'linear' },
};
const DISENTANGLERS = {
  identity: { kind: 'identity' },
  decoupling: { kind: 'shared-private', encoder: 'transformer', numLayers: 1, numHeads: 2 },
  experts: { kind: 'hybrid-experts', topK: 2 },
  factorization: { kind: 'homo-hetero' },
};
const TRAININGS = {
  single: {},
  reconstruction: { views: 'clean+masked', reconstruction: { kind: 'multi-level' } },
  teacher: { views: 'clean+masked', selfDistillation: { kind: 'distribution-aligned', direction: 'a-to-b' } },
  distillation: { views: 'two-masked', selfDistillation: { kind: 'distribution-aligned', scores: 'score-histogram' } },
};
type Mixture = readonly [
  encoder: keyof typeof ENCODERS,
  disentangler: keyof typeof DISENTANGLERS,
  sharedBranch: 'identity' | 'tsf',
  privateBranch: 'identity' | 'agpr',
  fusion: ModelConfig['fusion']['kind'],
  training: keyof typeof TRAININGS,
  head: 'linear' | 'mlp',
  task: 'score' | 'classes',
];

/** The first is DERL's disentangler with DBR's TSF and FSRF's self-distillation. Pairs of kinds are spread over all of them. */
const MIXTURES: readonly Mixture[] = [
  ['prefix', 'experts', 'tsf', 'identity', 'importance', 'distillation', 'mlp', 'score'],
  ['gru', 'experts', 'identity', 'agpr', 'cross-modal', 'reconstruction', 'linear', 'classes'],
  ['conv', 'experts', 'tsf', 'agpr', 'brf', 'teacher', 'mlp', 'classes'],
  ['linear', 'experts', 'identity', 'identity', 'concat', 'single', 'linear', 'score'],
  ['transformer', 'factorization', 'tsf', 'identity', 'brf', 'reconstruction', 'linear', 'score'],
  ['gru', 'factorization', 'identity', 'agpr', 'attention', 'distillation', 'mlp', 'classes'],
  ['prefix', 'factorization', 'identity', 'identity', 'low-rank', 'teacher', 'linear', 'classes'],
  ['conv', 'factorization', 'tsf', 'agpr', 'transformer', 'single', 'mlp', 'score'],
  ['transformer', 'decoupling', 'identity', 'agpr', 'importance', 'teacher', 'mlp', 'classes'],
  ['prefix', 'decoupling', 'tsf', 'identity', 'gated', 'reconstruction', 'mlp', 'classes'],
  ['linear', 'decoupling', 'tsf', 'agpr', 'cross-modal', 'distillation', 'linear', 'score'],
  ['gru', 'identity', 'identity', 'identity', 'low-rank', 'distillation', 'mlp', 'score'],
  ['conv', 'identity', 'identity', 'agpr', 'transformer', 'reconstruction', 'linear', 'classes'],
];

/** A tiny model of a mixture, trained for every term that it can have. */
function configOf([encoder, disentangler, sharedBranch, privateBranch, fusion, training, head]: Mixture): ModelConfig {
  const encoders = { text: ENCODERS[encoder], audio: ENCODERS[encoder], vision: ENCODERS[encoder] };
  const edit: ConfigEdit = {
    encoders,
    disentangler: DISENTANGLERS[disentangler],
    sharedBranch: { kind: sharedBranch },
    privateBranch: { kind: privateBranch },
    fusion: { kind: fusion },
    head: head === 'mlp' ? { kind: 'mlp', hiddenDim: 10 } : { kind: 'linear' },
    ...TRAININGS[training],
  };
  const config = tinyConfig('concat', edit);
  const possible = (Object.keys(terms) as TermName[]).filter((name) => !terms[name].requires?.(config));
  return {
    ...config,
    modalities: ['text', 'audio', 'vision'],
    objective: { ...Object.fromEntries(possible.map((name) => [name, 0.1])), task: 1 },
  };
}

test.each(MIXTURES)('%s tokens, %s, %s, %s, fused by %s, trained by %s, head %s, %s', (...mixture) => {
  const config = configOf(mixture);
  const isScore = mixture.at(-1) === 'score';
  const task = isScore
    ? ({ kind: 'regression' } as const)
    : ({ kind: 'classification', classes: ['a', 'b', 'c', 'd'] } as const);
  const labels = isScore ? [1.5, -2, 0.4] : [3, 0, 1];
  tf.tidy(() => {
    const model = buildModel(config, { ...TINY, outDim: isScore ? 1 : 4 }, new Rng(5));
    const objective = buildObjective(config, task);
    const { views = 'single' } = config;
    const train = (available?: (typeof MODALITY_SUBSETS)[number]) =>
      tf.tidy(() => {
        const batch = tinyBatch({ labels, views, ...(available && { available }) });
        const variables = [...parameters(model).values()];
        let values: Record<string, number> = {};
        const { value, grads } = tf.variableGrads(() => {
          const { loss, terms: found } = objective(model, batch, { training: true, rng: new Rng(3) });
          values = Object.fromEntries(Object.entries(found).map(([name, term]) => [name, term.dataSync()[0]!]));
          return loss;
        }, variables);
        for (const variable of variables) {
          const gradient = grads[variable.name];
          if (!gradient) continue;
          expect(gradient.dataSync().every(Number.isFinite), variable.name).toBe(true);
          variable.assign(variable.sub(gradient.mul(0.02)));
        }
        expect(value.dataSync()[0]).toSatisfy(Number.isFinite);
        return values;
      });
    const before = train();
    for (let step = 0; step < 4; step++) train();
    expect(train()['task']).toBeLessThan(before['task']!);
    for (const [name, value] of Object.entries(before)) expect(value, name).not.toBe(0);
    for (const available of MODALITY_SUBSETS) train(available);
    tf.dispose([...parameters(model).values()]);
  });
  const { idle, stuck } = checkArm(config, {}, { task });
  // a query that chooses among the one token of a factor has nothing to learn
  const isLone = (path: string) => mixture[1] === 'factorization' && /pooling\..*query$/.test(path);
  expect(idle.filter((path) => !isLone(path))).toEqual([]);
  expect(stuck).toEqual([]);
});

test('every kind of part is in a mixture', () => {
  const column = (i: number) => new Set(MIXTURES.map((mixture) => mixture[i]));
  expect(column(0).size).toBe(Object.keys(ENCODERS).length);
  expect(column(1).size).toBe(Object.keys(DISENTANGLERS).length);
  expect(column(4).size).toBe(8);
  expect(column(5).size).toBe(Object.keys(TRAININGS).length);
});
