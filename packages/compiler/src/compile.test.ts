import * as tf from '@tensorflow/tfjs';
import { Rng } from '@trimodal/core';
import { expectClose } from '@trimodal/testing';
import { expect, test } from 'vitest';
import { compile } from './compile';

test('computes what eager computes', async () => {
  const w = tf.variable(tf.tensor2d([1, -2, 3, 4, 5, -6, 0.5, 2, 1, 1, 1, 3], [4, 3]));
  const f = ({ x }: Record<string, tf.Tensor>) => ({
    y: tf
      .softmax(tf.matMul(x as tf.Tensor2D, w))
      .add(1)
      .log(),
  });
  const x = Float32Array.from({ length: 8 }, (_, i) => Math.sin(i));
  const compiled = await compile(f, { inputs: { x: { shape: [2, 4] } } });
  const { y } = await compiled.run({ x });
  expect(y!.shape).toEqual([2, 3]);
  expectClose(y!.data, f({ x: tf.tensor(x, [2, 4]) }).y);
  w.assign(w.mul(2));
  expectClose((await compiled.run({ x })).y!.data, f({ x: tf.tensor(x, [2, 4]) }).y);
  expect(tf.getBackend()).toBe('cpu');
});

test('takes gradients and masks', async () => {
  const w = tf.variable(tf.randomNormal([4, 3], 0, 1, 'float32', 3));
  const loss = (x: tf.Tensor, rng: { keepMask(shape: number[], rate: number): tf.Tensor }) =>
    tf.variableGrads(
      () =>
        tf
          .matMul(x as tf.Tensor2D, w)
          .relu()
          .mul(rng.keepMask([5, 3], 0.5))
          .square()
          .mean() as tf.Scalar,
      [w],
    );
  const x = Float32Array.from({ length: 20 }, (_, i) => Math.sin(i));
  const compiled = await compile(
    ({ x }, { rng }) => {
      const { value, grads } = loss(x!, rng);
      return { value, grad: grads[w.name]! };
    },
    { inputs: { x: { shape: [5, 4] } } },
  );
  const got = await compiled.run({ x }, { rng: new Rng(4) });
  const wanted = loss(tf.tensor(x, [5, 4]), new Rng(4));
  expectClose(got['value']!.data, wanted.value);
  expectClose(got['grad']!.data, wanted.grads[w.name]!);
});
