import * as tf from '@tensorflow/tfjs';
import { INFERENCE, Rng } from '@trimodal/core';
import { samples } from '@trimodal/testing';
import { expect, test } from 'vitest';
import { Dropout } from './dropout';

const training = (seed: number) => ({ training: true, rng: new Rng(seed) }) as const;

test('is the identity in inference and at rate 0, and then draws nothing', () => {
  const x = samples([2, 3]);
  const rng = new Rng(3);
  expect(new Dropout({ rate: 0.5 }).forward(x, INFERENCE)).toBe(x);
  expect(new Dropout({ rate: 0 }).forward(x, { training: true, rng })).toBe(x);
  expect(rng.state().counter).toBe(0);
});

test('drops the elements of the keep-mask and scales the rest', () => {
  const x = samples([40, 50]);
  const keep = new Rng(3).keepMask([40, 50], 0.2).dataSync();
  const y = new Dropout({ rate: 0.2 }).forward(x, training(3)).dataSync();
  const before = x.dataSync();
  for (let i = 0; i < y.length; i++) expect(y[i]).toBeCloseTo(before[i]! * keep[i]! * 1.25, 5);
  const dropped = keep.filter((value) => value === 0).length / keep.length;
  expect(Math.abs(dropped - 0.2)).toBeLessThan(0.03);
});

test('the gradient passes where the value does', () => {
  const ones = tf.ones([5, 6]);
  const dropout = new Dropout({ rate: 0.5 });
  const gradient = tf.grad((x) => dropout.forward(x, training(3)))(ones);
  expect(gradient.dataSync()).toEqual(dropout.forward(ones, training(3)).dataSync());
});

test('rate 1 drops everything and stays finite', () => {
  const y = new Dropout({ rate: 1 }).forward(samples([2, 3]), training(3));
  expect([...y.dataSync()].every((value) => value === 0)).toBe(true);
});

test('says what is wrong', () => {
  expect(() => new Dropout({ rate: 1.1 })).toThrow(
    new RangeError('Cannot build Dropout as rate must lie in [0, 1]: got 1.1.'),
  );
  expect(() => new Dropout({ rate: Number.NaN })).toThrow(RangeError);
});
