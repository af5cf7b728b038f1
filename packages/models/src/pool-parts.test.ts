import * as tf from '@tensorflow/tfjs';
import { expectClose } from '@trimodal/testing';
import { expect, test } from 'vitest';
import { poolParts } from './pool-parts';

test('averages the steps that are there, then the modalities that are there', () => {
  const text = tf.tensor3d([
    [
      [1, 2],
      [3, 4],
      [90, 90],
    ],
    [
      [5, 6],
      [90, 90],
      [90, 90],
    ],
  ]);
  const audio = tf.tensor3d([[[10, 20]], [[90, 90]]]);
  const mask = {
    text: tf.tensor2d([
      [1, 1, 0],
      [1, 0, 0],
    ]),
    audio: tf.tensor2d([[1], [0]]),
  };
  expectClose(poolParts({ text, audio }, mask), [(2 + 10) / 2, (3 + 20) / 2, 5, 6]);
});

test('a sample of which nothing is there gives 0', () => {
  const pooled = poolParts({ text: tf.ones([1, 2, 3]) }, { text: tf.zeros([1, 2]) });
  expect([...pooled.dataSync()]).toEqual([0, 0, 0]);
});
