import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { chooseOutputs, namedOutputs } from './named-outputs';

test('every tensor has a name; parts are pooled over the tokens that are there', () => {
  const part = tf.tensor3d([2, 3, 4, 5, 90, 90], [1, 3, 2]);
  const mask = { audio: tf.tensor2d([[1, 1, 0]]) };
  const fused = tf.ones<tf.Rank.R2>([1, 4]);
  const branch = { private: { audio: part }, borrow: tf.zeros([1, 3, 3]) };
  const outputs = namedOutputs({
    prediction: tf.ones([1, 1]),
    tokens: { audio: { tokens: part, mask: mask.audio } },
    parts: { shared: {}, private: { audio: part }, mask },
    sharedBranch: { shared: {} },
    privateBranch: branch,
    fusion: { fused },
  });
  expect(Object.keys(outputs)).toEqual([
    'prediction',
    'tokens.audio.tokens',
    'tokens.audio.mask',
    'parts.private.audio',
    'parts.mask.audio',
    'privateBranch.private.audio',
    'privateBranch.borrow',
    'fusion.fused',
    'pooled.private.audio',
  ]);
  expect([...outputs['pooled.private.audio']!.dataSync()]).toEqual([3, 4]);
  expect(outputs['fusion.fused']).toBe(fused);
});

const NAMES = ['prediction', 'tokens.text.mask', 'parts.shared.text', 'sharedBranch.gates.text', 'fusion.weights'];

test('what tells how a prediction came about is there unless told', () => {
  expect(chooseOutputs(NAMES)).toEqual(['prediction', 'sharedBranch.gates.text', 'fusion.weights']);
  expect(chooseOutputs(['prediction', 'branchPredictions.shared', 'pooled.shared.text', 'fusion.shared'])).toEqual([
    'prediction',
    'branchPredictions.shared',
    'pooled.shared.text',
  ]);
});

test('or what is named, the prediction always', () => {
  expect(chooseOutputs(NAMES, ['prediction'])).toEqual(['prediction']);
  expect(chooseOutputs(NAMES, ['parts', 'tokens.text.mask'])).toEqual(NAMES.slice(0, 3));
  expect(chooseOutputs(NAMES, ['all'])).toEqual(NAMES);
});

test('a name that nothing has is refused', () => {
  expect(() => chooseOutputs(NAMES, ['fusion.weight'])).toThrow(
    'Cannot export the output fusion.weight as it must be all, or one of prediction, tokens.text, parts.shared, sharedBranch.gates, fusion.weights; did you mean fusion.weights?',
  );
  // a beginning ends with a dot
  expect(() => chooseOutputs(NAMES, ['part'])).toThrow('Cannot export the output part ');
});
