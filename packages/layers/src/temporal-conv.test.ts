import * as tf from '@tensorflow/tfjs';
import { Rng } from '@trimodal/core';
import { checkComponent, checkGolden, expectClose, samples } from '@trimodal/testing';
import { expect, test } from 'vitest';
import { TemporalConv, type TemporalConvOptions } from './temporal-conv';

const sizes = { inDim: 4, outDim: 5 };

test.each<[string, TemporalConvOptions]>([
  ['same', sizes],
  ['narrowing', { inDim: 6, outDim: 3 }],
  ['even', { ...sizes, kernelSize: 4 }],
  ['dilated', { ...sizes, dilation: 2 }],
  ['causal', { ...sizes, dilation: 2, causal: true }],
  ['pointwise', { ...sizes, kernelSize: 1 }],
])('%s equals PyTorch and keeps the contract', (name, options) => {
  const conv = new TemporalConv(options, new Rng(1));
  checkGolden(import.meta.url, `temporal-conv-${name}`, conv, (m, { x }) => ({ y: m.forward(x as tf.Tensor3D) }));
  checkComponent({
    build: (rng) => new TemporalConv(options, rng),
    run: (m) => ({ y: m.forward(samples([2, 3, options.inDim])) }),
    shapes: { y: [2, 3, options.outDim] },
    subsets: false,
  });
});

test('causal steps never see the future', () => {
  const conv = new TemporalConv({ ...sizes, causal: true }, new Rng(1));
  const x = samples<tf.Tensor3D>([1, 6, 4]);
  const later = tf.concat([tf.slice(x, [0, 0, 0], [-1, 4, -1]), tf.ones<tf.Rank.R3>([1, 2, 4])], 1);
  const start = (y: tf.Tensor3D) => tf.slice(y, [0, 0, 0], [-1, 4, -1]).dataSync();
  expect(start(conv.forward(later))).toEqual(start(conv.forward(x)));
});

test.each([sizes, { inDim: 6, outDim: 3 }])('a sequence shorter than the reach works: %o', (shape) => {
  const conv = new TemporalConv({ ...shape, kernelSize: 5, dilation: 3 }, new Rng(1));
  const x = samples<tf.Tensor3D>([2, 1, shape.inDim]);
  const alone = x.reshape([2, shape.inDim]).matMul(tf.unstack(conv.weight)[2]!).add(conv.bias!);
  expectClose(conv.forward(x), alone);
});

test('says what is wrong', () => {
  expect(() => new TemporalConv({ ...sizes, dilation: 0 }, new Rng(1))).toThrow(
    new RangeError('Cannot build TemporalConv as dilation must be a positive integer: got 0.'),
  );
  expect(() => new TemporalConv(sizes, new Rng(1)).forward(tf.zeros([2, 3, 5]))).toThrow(
    'Cannot apply TemporalConv as x must have shape [?, ?, 4]: got [2, 3, 5].',
  );
});
