import * as tf from '@tensorflow/tfjs';
import { Rng } from '@trimodal/core';
import { checkComponent, checkGolden } from '@trimodal/testing';
import { expect, test } from 'vitest';
import { Embedding } from './embedding';

test('keeps the contract of components', () => {
  checkComponent({
    build: (rng) => new Embedding({ numEmbeddings: 5, dim: 4 }, rng),
    run: (m) => ({
      y: m.forward(
        tf.tensor2d(
          [
            [1, 4, 1],
            [0, 3, 1],
          ],
          [2, 3],
          'int32',
        ),
      ),
    }),
    shapes: { y: [2, 3, 4] },
    subsets: false,
  });
});

test('equals PyTorch; an id that occurs thrice gets three gradients, one that does not occur none', () => {
  const embedding = new Embedding({ numEmbeddings: 5, dim: 4 }, new Rng(1));
  checkGolden(import.meta.url, 'embedding', embedding, (m, { ids }) => ({
    y: m.forward(ids!.cast('int32') as tf.Tensor2D),
  }));
});

test('says what is wrong', () => {
  expect(() => new Embedding({ numEmbeddings: 0, dim: 4 }, new Rng(1))).toThrow(
    new RangeError('Cannot build Embedding as numEmbeddings must be a positive integer: got 0.'),
  );
  expect(() => new Embedding({ numEmbeddings: 5, dim: 4 }, new Rng(1)).forward(tf.zeros([2, 3]))).toThrow(
    new TypeError('Cannot embed ids as their dtype must be int32: got float32.'),
  );
});
