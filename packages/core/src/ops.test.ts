import * as tf from '@tensorflow/tfjs';
import { expectClose } from '@trimodal/testing';
import { describe, expect, test } from 'vitest';
import { anyPresent, cosineSimilarity, l2Normalize, maskedMean, maskedSoftmax, presentColumn, safeNorm } from './ops';

const values = (x: tf.Tensor): number[] => Array.from(x.dataSync());
const allFinite = (x: tf.Tensor): boolean => values(x).every(Number.isFinite);

const rows = tf.tensor2d([
  [3, 4, 0],
  [0, 0, 0],
]);

describe('norms and angles at 0 and away from it', () => {
  test('safeNorm', () => {
    expectClose(safeNorm(rows), [5, 0], { absolute: 1e-3 });
    expect(safeNorm(rows).shape).toEqual([2, 1]);
    const gradient = tf.grad((x) => safeNorm(x))(rows);
    expectClose(gradient, [0.6, 0.8, 0, 0, 0, 0]);
  });

  test('l2Normalize', () => {
    expectClose(l2Normalize(rows), [0.6, 0.8, 0, 0, 0, 0]);
    const gradient = tf.grad((x) => l2Normalize(x).mul(tf.tensor1d([1, 2, 3])))(rows);
    expect(allFinite(gradient)).toBe(true);
    // (I - u u^T) w / |x| of the row that is not 0, with w = (1, 2, 3)
    expectClose(gradient.slice([0, 0], [1, 3]), [-0.064, 0.048, 0.6], { absolute: 1e-5 });
  });

  test('cosineSimilarity', () => {
    const other = tf.tensor2d([
      [4, 3, 0],
      [1, 1, 1],
    ]);
    expectClose(cosineSimilarity(rows, other), [24 / 25, 0]);
    expectClose(cosineSimilarity(rows, rows.mul(-2)), [-1, 0]);
    for (const gradient of tf.grads((a, b) => cosineSimilarity(a, b))([rows, tf.zerosLike(rows)])) {
      expect(allFinite(gradient)).toBe(true);
    }
  });
});

describe('masks', () => {
  const mask = tf.tensor2d([
    [1, 1, 0],
    [0, 0, 0],
  ]);

  test('maskedMean counts the tokens that are there', () => {
    const tokens = tf.tensor3d([
      [
        [1, 2],
        [3, 6],
        [100, 100],
      ],
      [
        [7, 7],
        [7, 7],
        [7, 7],
      ],
    ]);
    expectClose(maskedMean(tokens, mask), [2, 4, 0, 0]);
    const gradient = tf.grad((x) => maskedMean(x as tf.Tensor3D, mask))(tokens);
    expectClose(gradient, [0.5, 0.5, 0.5, 0.5, ...Array(8).fill(0)]);
  });

  test('maskedSoftmax gives nothing to what is absent, whatever its score', () => {
    const scores = tf.tensor2d([
      [0, Math.log(3), 1e4],
      [1, 2, 3],
    ]);
    expectClose(maskedSoftmax(scores, mask), [0.25, 0.75, 0, 0, 0, 0]);
    expect(values(maskedSoftmax(scores, mask)).slice(2)).toEqual([0, 0, 0, 0]);
    const gradient = tf.grad((x) => maskedSoftmax(x as tf.Tensor2D, mask).mul(tf.tensor1d([1, 2, 3])))(scores);
    expectClose(gradient, [-0.1875, 0.1875, 0, 0, 0, 0]);
    expect(values(gradient).slice(2)).toEqual([0, 0, 0, 0]);
  });

  test('maskedSoftmax broadcasts its mask', () => {
    const scores = tf.zeros<tf.Rank.R3>([2, 4, 3]);
    const weights = maskedSoftmax(scores, mask.expandDims(1));
    expect(weights.shape).toEqual([2, 4, 3]);
    expectClose(weights.sum(-1), [1, 1, 1, 1, 0, 0, 0, 0]);
  });

  test('presentColumn and anyPresent', () => {
    const present = tf.tensor2d([
      [1, 0, 1],
      [0, 1, 1],
    ]);
    expect(values(presentColumn(present, 'text'))).toEqual([1, 0]);
    expect(values(presentColumn(present, 'audio'))).toEqual([0, 1]);
    expect(presentColumn(present, 'vision').shape).toEqual([2, 1]);
    expect(values(anyPresent(mask))).toEqual([1, 0]);
    expect(anyPresent(mask).shape).toEqual([2, 1]);
  });
});
