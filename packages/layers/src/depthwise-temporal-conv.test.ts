import * as tf from '@tensorflow/tfjs';
import { Rng } from '@trimodal/core';
import { checkComponent, checkGolden, samples } from '@trimodal/testing';
import { expect, test } from 'vitest';
import { DepthwiseTemporalConv, type DepthwiseTemporalConvOptions } from './depthwise-temporal-conv';

test.each<[string, DepthwiseTemporalConvOptions]>([
  ['same', { dim: 4, dilation: 2 }],
  ['causal', { dim: 4, kernelSize: 2, dilation: 3, causal: true }],
])('%s equals PyTorch and keeps the contract', (name, options) => {
  const conv = new DepthwiseTemporalConv(options, new Rng(1));
  const run = (m: DepthwiseTemporalConv, x: tf.Tensor) => ({ y: m.forward(x as tf.Tensor3D) });
  checkGolden(import.meta.url, `depthwise-temporal-conv-${name}`, conv, (m, { x }) => run(m, x!));
  checkComponent({
    build: (rng) => new DepthwiseTemporalConv(options, rng),
    run: (m) => run(m, samples([2, 7, 4])),
    shapes: { y: [2, 7, 4] },
    subsets: false,
  });
});

test('says what is wrong', () => {
  expect(() => new DepthwiseTemporalConv({ dim: 4, kernelSize: 0 }, new Rng(1))).toThrow(
    new RangeError('Cannot build DepthwiseTemporalConv as kernelSize must be a positive integer: got 0.'),
  );
  expect(() => new DepthwiseTemporalConv({ dim: 4 }, new Rng(1)).forward(tf.zeros([2, 3, 5]))).toThrow(
    'Cannot apply DepthwiseTemporalConv as x must have shape [?, ?, 4]: got [2, 3, 5].',
  );
});
