import * as tf from '@tensorflow/tfjs';
import { expectClose } from '@trimodal/testing';
import { expect, test } from 'vitest';
import type { Pass } from './passes';
import type { TrimodalOutput } from './trimodal-model';
import { ratedViews, viewPair } from './view-pair';

/** A view of two samples that predicts `scores` from what is there of text and audio. */
function pass(scores: number[], text: number[][], audio: number[][]): Pass {
  const output = { prediction: tf.tensor2d(scores, [2, 1]) } as unknown as TrimodalOutput;
  return {
    inputs: { features: {}, mask: { text: tf.tensor2d(text), audio: tf.tensor2d(audio) }, present: tf.ones([2, 3]) },
    output,
  };
}

const a = pass(
  [1, -2],
  [
    [1, 1, 0, 0],
    [0, 0, 0, 0],
  ],
  [
    [1, 0],
    [1, 0],
  ],
);
const b = pass(
  [3, -1],
  [
    [0, 1, 1, 0],
    [0, 0, 0, 0],
  ],
  [
    [1, 1],
    [1, 0],
  ],
);

test('a view is as good as its error, and as what it saw of the steps that either view has', () => {
  const [first, second] = ratedViews([a, b], tf.tensor1d([1.5, 0]), { kind: 'regression' });
  expectClose(first.taskLoss, [0.5, 2]);
  expectClose(second.taskLoss, [1.5, 1]);
  // sample 0: 2 of 3 steps of text, 1 of 2 of audio; sample 1: neither view has text, which counts nothing
  expectClose(first.observed, [(2 / 3 + 1 / 2) / 2, 1]);
  expectClose(second.observed, [(2 / 3 + 1) / 2, 1]);
});

test('the whole sample comes first, as the teacher', () => {
  expect(viewPair({ students: [a, b] })).toEqual([a, b]);
  expect(viewPair({ students: [a], clean: b })).toEqual([b, a]);
});
