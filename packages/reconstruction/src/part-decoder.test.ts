import type * as tf from '@tensorflow/tfjs';
import { INFERENCE, Rng } from '@trimodal/core';
import { checkComponent, samples } from '@trimodal/testing';
import { expect, test } from 'vitest';
import { PartDecoder } from './part-decoder';

test.each([1, 2])('keeps the contract of components with parts: %i', (numParts) => {
  checkComponent({
    build: (rng) => new PartDecoder({ dModel: 4, numParts, dropoutRate: 0.2 }, rng),
    run: (decoder, _, ctx) => ({
      y: decoder.forward(
        Array.from({ length: numParts }, (_, i) => samples<tf.Tensor3D>([2, 3, 4], i + 1)),
        ctx,
      ),
    }),
    shapes: { y: [2, 3, 4] },
    subsets: false,
  });
});

test('refuses other parts than it was built for', () => {
  const decoder = new PartDecoder({ dModel: 4 }, new Rng(1));
  expect(() => decoder.forward([samples([2, 3, 4])], INFERENCE)).toThrow(
    /last axis of x must be inDim=8: got \[2, 3, 4\]/,
  );
});
