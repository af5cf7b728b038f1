import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { trainingLosses } from './training-losses';

test('the network learns, the same each time, and leaves no tensor', () => {
  const before = tf.memory().numTensors;
  const losses = trainingLosses(tf);
  expect(losses).toHaveLength(8);
  expect(losses.at(-1)!).toBeLessThan(0.8 * losses[0]!);
  expect(losses[0]).toBeCloseTo(1.6580525, 5);
  expect(trainingLosses(tf)).toEqual(losses);
  expect(tf.memory().numTensors).toBe(before);
});
