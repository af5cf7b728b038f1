import * as tf from '@tensorflow/tfjs';
import { crossEntropyLoss, l1Loss } from '@trimodal/losses';
import { expectClose } from '@trimodal/testing';
import { expect, it } from 'vitest';
import { sampleErrors } from './sample-errors';

it('are what the loss of training is the mean of', () => {
  const scores = tf.tensor2d([[1], [-2], [0.5]]);
  const truth = tf.tensor1d([3, -1, 0.5]);
  expectClose(sampleErrors(scores, truth, 'scores'), [2, 1, 0]);
  expectClose(sampleErrors(scores, truth, 'scores').mean(), l1Loss(scores, truth));
  const logits = tf.tensor2d([1, 0, -1, 2, 2, 0], [2, 3]);
  const labels = tf.tensor1d([2, 0]);
  const errors = sampleErrors(logits, labels, 'classes');
  expect(errors.shape).toEqual([2]);
  expectClose(errors.mean(), crossEntropyLoss(logits, labels));
  expect(errors.dataSync()[0]).toBeGreaterThan(errors.dataSync()[1]!);
});

it('refuse labels of another number, and scores of two columns', () => {
  expect(() => sampleErrors(tf.zeros([2, 3]), tf.zeros([3]), 'classes')).toThrow('labels must have shape [2]');
  expect(() => sampleErrors(tf.zeros([2, 3]), tf.zeros([2]), 'scores')).toThrow('must have shape [?, 1]');
});
