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

test('frozen variables keep the value that they had', async () => {
  const w = tf.variable(tf.tensor2d([1, 2, 3, 4], [2, 2]));
  const compiled = await compile(({ x }) => ({ y: tf.matMul(x as tf.Tensor2D, w) }), {
    inputs: { x: { shape: [1, 2] } },
    frozen: true,
    threads: 1,
  });
  w.assign(w.mul(2));
  const { y } = await compiled.run({ x: Float32Array.of(1, 10) });
  expect(Array.from(y!.data)).toEqual([31, 42]);
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

test('attention and its gradients, with dropout on its weights', async () => {
  const attend = (x: tf.Tensor, mask: tf.Tensor, rng: { keepMask(shape: number[], rate: number): tf.Tensor }) => {
    const heads = x.reshape([2, 9, 2, 3]).transpose([0, 2, 1, 3]);
    const bias = mask.sub(1).mul(1e9).reshape([2, 1, 1, 9]);
    const weights = tf.softmax(tf.matMul(heads, heads.mul(0.5), false, true).add(bias));
    return tf.matMul(weights.mul(rng.keepMask([2, 2, 9, 9], 0.3).mul(1 / 0.7)), heads.square());
  };
  const gradient = (x: tf.Tensor, mask: tf.Tensor, seed: { keepMask(shape: number[], rate: number): tf.Tensor }) =>
    tf.grad((value: tf.Tensor) => attend(value, mask, seed).sin().sum())(x);
  const x = Float32Array.from({ length: 108 }, (_, i) => Math.sin(i));
  const mask = Float32Array.from({ length: 18 }, (_, i) => Number(i % 9 < 6));
  const compiled = await compile(
    ({ x, mask }, { rng }) => ({ y: attend(x!, mask!, rng), dx: gradient(x!, mask!, rng) }),
    { inputs: { x: { shape: [2, 9, 6] }, mask: { shape: [2, 9] } }, threads: 1 },
  );
  const { y, dx } = await compiled.run({ x, mask }, { rng: new Rng(5) });
  const rng = new Rng(5);
  const inputs = [tf.tensor(x, [2, 9, 6]), tf.tensor(mask, [2, 9])] as const;
  expectClose(y!.data, attend(...inputs, rng));
  expectClose(dx!.data, gradient(...inputs, rng));
  await compiled.dispose();
});
