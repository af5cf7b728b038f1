import * as tf from '@tensorflow/tfjs';
import { Rng } from '@trimodal/core';
import { checkComponent, expectClose, samples } from '@trimodal/testing';
import { expect, test } from 'vitest';
import { InputDecoder } from './input-decoder';

const build = (rng = new Rng(1)) => new InputDecoder({ dModel: 4, inDim: 5, time: 6 }, rng);
const x = () => samples<tf.Tensor3D>([2, 3, 4]);
const mask = () =>
  tf.tensor2d([
    [1, 1, 1],
    [1, 0, 1],
  ]);

test('keeps the contract of components', () => {
  checkComponent({
    build,
    run: (decoder) => ({ y: decoder.forward(x(), mask()) }),
    shapes: { y: [2, 6, 5] },
    subsets: false,
  });
});

test('reads tokens that are there, at each step in another way', () => {
  const decoder = build();
  const y = decoder.forward(x(), mask());
  const there = mask().expandDims(-1);
  expectClose(decoder.forward(x().add(tf.sub(1, there).mul(9)), mask()), y, { relative: 0, absolute: 0 });
  expect(
    decoder
      .forward(x(), tf.ones([2, 3]))
      .sub(y)
      .abs()
      .max()
      .dataSync()[0],
  ).toBeGreaterThan(1e-3);
  // what two samples differ by depends on the step
  const [first, second] = tf.unstack(y) as [tf.Tensor, tf.Tensor];
  const difference = first.sub(second);
  expect(difference.sub(difference.mean(0, true)).abs().max().dataSync()[0]).toBeGreaterThan(1e-3);
});

test('says what is wrong', () => {
  expect(() => new InputDecoder({ dModel: 4, inDim: 5, time: 0 }, new Rng(1))).toThrow(
    new RangeError('Cannot build InputDecoder as time must be a positive integer: got 0.'),
  );
  expect(() => build().forward(x(), tf.ones([2, 4]))).toThrow(/mask must have shape \[2, 3\]: got \[2, 4\]/);
});
