import * as tf from '@tensorflow/tfjs';
import { INFERENCE, Rng } from '@trimodal/core';
import { expect, test } from 'vitest';
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
  ['branchTask', { disentangler: { kind: 'identity' } }, 'disentangler.kind "shared-private": got "identity"'],
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

test('a part that the model lacks is refused where it is built', () => {
  const config = tinyConfig('dbr', { disentangler: { kind: 'identity' } });
  expect(() => buildModel(config, TINY, new Rng(1)).forward(tinyBatch().views[0]!, INFERENCE)).toThrow(RangeError);
});
