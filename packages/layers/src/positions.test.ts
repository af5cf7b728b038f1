import * as tf from '@tensorflow/tfjs';
import { Rng } from '@trimodal/core';
import { checkComponent, expectClose, fixtureTensor, readFixture, samples } from '@trimodal/testing';
import { expect, test } from 'vitest';
import { LearnedPositions, sinusoidalPositions } from './positions';

test('sinusoidal positions equal the published formula, with an odd width', () => {
  const positions = sinusoidalPositions(6, 5);
  expect(positions.shape).toEqual([6, 5]);
  expectClose(positions, fixtureTensor(readFixture(import.meta.url, 'sinusoidal-positions'), 'positions'));
});

test('learned positions keep the contract of components', () => {
  checkComponent({
    build: (rng) => new LearnedPositions({ maxTime: 6, dim: 4 }, rng),
    run: (m) => ({ y: m.forward(samples([2, 3, 4])) }),
    shapes: { y: [2, 3, 4] },
    subsets: false,
  });
});

test('each step gets its own learned vector, the same in every sample', () => {
  const positions = new LearnedPositions({ maxTime: 3, dim: 4 }, new Rng(1));
  const [first, second] = tf.unstack(positions.forward(tf.zeros([2, 3, 4]))).map((y) => y.dataSync());
  expect(first).toEqual(positions.weight.dataSync());
  expect(second).toEqual(first);
  const [short] = tf.unstack(positions.forward(tf.zeros([2, 2, 4])));
  expect(short!.dataSync()).toEqual(positions.weight.dataSync().slice(0, 8));
});

test('says what is wrong', () => {
  expect(() => new LearnedPositions({ maxTime: 3, dim: 4 }, new Rng(1)).forward(tf.zeros([2, 5, 4]))).toThrow(
    new RangeError('Cannot add LearnedPositions as x must have at most maxTime=3 steps: got 5.'),
  );
  expect(() => sinusoidalPositions(0, 4)).toThrow(
    new RangeError('Cannot make sinusoidalPositions as time must be a positive integer: got 0.'),
  );
});
