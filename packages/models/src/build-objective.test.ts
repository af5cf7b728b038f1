import * as tf from '@tensorflow/tfjs';
import { INFERENCE, type ModelInputs, Rng } from '@trimodal/core';
import { expect, test, vi } from 'vitest';
import { TINY, tinyBatch, tinyConfig } from './__fixtures__/tiny';
import { buildModel } from './build-model';
import { buildObjective } from './build-objective';
import type { ConfigEdit } from './edit-config';

const SCORE = { kind: 'regression' } as const;

test('the loss is the weighted sum of its terms; those of weight 0 are not computed', () => {
  const config = tinyConfig('dbr', { objective: { task: 2, alignment: 0 } });
  const { alignment, ...weights } = config.objective;
  tf.tidy(() => {
    const model = buildModel(config, TINY, new Rng(1));
    const { loss, terms } = buildObjective(config, SCORE)(model, tinyBatch(), INFERENCE);
    expect(Object.keys(terms)).toEqual(Object.keys(weights));
    const sum = Object.entries(weights).reduce(
      (total, [name, weight]) => total + weight * terms[name]!.dataSync()[0]!,
      0,
    );
    expect(loss.dataSync()[0]).toBeCloseTo(sum, 5);
    const output = model.forward(tinyBatch().views[0]!, INFERENCE);
    expect(terms['task']!.dataSync()[0]).toBeCloseTo(
      output.prediction.squeeze([1]).sub(tinyBatch().labels).abs().mean().dataSync()[0]!,
      6,
    );
  });
});

test.each<[string, ConfigEdit, string]>([
  ['pathOverlap', { sharedBranch: { kind: 'identity' } }, 'sharedBranch.kind "tsf": got "identity"'],
  ['anchorPreservation', { privateBranch: { kind: 'identity' } }, 'privateBranch.kind "agpr": got "identity"'],
  ['cycle', { disentangler: { kind: 'identity' } }, 'disentangler.kind "shared-private": got "identity"'],
  [
    'branchTask',
    { disentangler: { kind: 'identity' } },
    'a disentangler that makes a shared part: got disentangler.kind "identity"',
  ],
  ['cleanTask', { objective: { cleanTask: 1 } }, 'views "clean+masked": got "single"'],
])('a term whose part is missing is refused: %s', (term, edit, needed) => {
  expect(() => buildObjective(tinyConfig('dbr', edit), SCORE)).toThrow(
    `Cannot build the objective as its term ${term} needs ${needed}; or set objective.${term} to 0.`,
  );
});

test('every term whose part is missing is named at once', () => {
  expect(() => buildObjective(tinyConfig('dbr', { privateBranch: { kind: 'identity' } }), SCORE)).toThrow(
    /anchorPreservation[\s\S]*antiLeakage[\s\S]*borrowCost/,
  );
});

const value = (x: tf.Scalar) => x.dataSync()[0]!;

test('of a whole and an incomplete view, the incomplete one learns; the whole one has its own term', () => {
  const config = tinyConfig('dbr', { views: 'clean+masked', objective: { cleanTask: 0.5 } });
  const batch = tinyBatch({ views: 'clean+masked' });
  const [whole, masked] = batch.views as [ModelInputs, ModelInputs];
  const model = buildModel(config, TINY, new Rng(1));
  const { terms } = buildObjective(config, SCORE)(model, batch, INFERENCE);
  const single = (view: ModelInputs) =>
    buildObjective(tinyConfig('dbr'), SCORE)(model, { ...batch, views: [view] }, INFERENCE).terms;
  expect(value(terms['cleanTask']!)).toBe(value(single(whole)['task']!));
  for (const [name, term] of Object.entries(single(masked))) expect(value(terms[name]!), name).toBe(value(term));
  expect(value(terms['task']!)).not.toBe(value(terms['cleanTask']!));
});

test('a whole view that no term reads is not run', () => {
  const config = tinyConfig('dbr', { views: 'clean+masked' });
  const model = buildModel(config, TINY, new Rng(1));
  const forward = vi.spyOn(model, 'forward');
  buildObjective(config, SCORE)(model, tinyBatch({ views: 'clean+masked' }), INFERENCE);
  expect(forward).toHaveBeenCalledTimes(1);
});

test('of two incomplete views both learn: a term is the mean of its values', () => {
  const config = tinyConfig('dbr', { views: 'two-masked' });
  const batch = tinyBatch({ views: 'two-masked' });
  const model = buildModel(config, TINY, new Rng(1));
  const { terms } = buildObjective(config, SCORE)(model, batch, INFERENCE);
  const [a, b] = batch.views.map(
    (view) => buildObjective(tinyConfig('dbr'), SCORE)(model, { ...batch, views: [view] }, INFERENCE).terms,
  );
  for (const [name, term] of Object.entries(terms)) {
    expect(value(term), name).toBeCloseTo((value(a![name]!) + value(b![name]!)) / 2, 5);
  }
  expect(value(a!['task']!)).not.toBe(value(b!['task']!));
});

test('a batch of another number of views is refused', () => {
  const config = tinyConfig('dbr', { views: 'two-masked' });
  const model = buildModel(config, TINY, new Rng(1));
  expect(() => buildObjective(config, SCORE)(model, tinyBatch(), INFERENCE)).toThrow(
    'Cannot compute the objective as a batch of views "two-masked" must have 2: got 1.',
  );
});

test('a part that the model lacks is refused where it is built', () => {
  const config = tinyConfig('dbr', { disentangler: { kind: 'identity' } });
  expect(() => buildModel(config, TINY, new Rng(1)).forward(tinyBatch().views[0]!, INFERENCE)).toThrow(RangeError);
});
