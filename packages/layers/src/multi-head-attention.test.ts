import * as tf from '@tensorflow/tfjs';
import { type ForwardContext, INFERENCE, Rng } from '@trimodal/core';
import { checkComponent, checkGolden, expectClose, samples } from '@trimodal/testing';
import { describe, expect, test } from 'vitest';
import { attentionMask } from './attention-mask';
import { MultiHeadAttention } from './multi-head-attention';

const options = { dModel: 4, numHeads: 2, dropoutRate: 0.1 };
const query = () => samples<tf.Tensor3D>([2, 5, 4], 1);
const keyValue = () => samples<tf.Tensor3D>([2, 3, 4], 2);

test('keeps the contract of components, with a sample that has no key', () => {
  checkComponent({
    build: (rng) => new MultiHeadAttention(options, rng),
    run: (m, _, ctx) => ({
      y: m.forward(
        query(),
        keyValue(),
        tf.tensor2d([
          [1, 0, 1],
          [0, 0, 0],
        ]),
        ctx,
      ),
    }),
    shapes: { y: [2, 5, 4] },
    subsets: false,
  });
});

test('equals PyTorch with key_padding_mask, gradients too', () => {
  const attention = new MultiHeadAttention({ dModel: 4, numHeads: 2 }, new Rng(1));
  checkGolden(import.meta.url, 'multi-head-attention', attention, (m, { query, keyValue, mask }) => ({
    y: m.forward(query as tf.Tensor3D, keyValue as tf.Tensor3D, mask as tf.Tensor2D, INFERENCE),
  }));
});

describe('masked keys', () => {
  const attention = new MultiHeadAttention(options, new Rng(1));
  const mask = tf.tensor2d([
    [1, 0, 1],
    [0, 0, 0],
  ]);

  test('have no influence, and no gradient', () => {
    const noise = samples<tf.Tensor3D>([2, 3, 4], 3)
      .mul<tf.Tensor3D>(tf.sub(1, mask).expandDims(-1))
      .mul<tf.Tensor3D>(100);
    const y = attention.forward(query(), keyValue(), mask, INFERENCE);
    expectClose(attention.forward(query(), keyValue().add(noise), mask, INFERENCE), y);
    const gradient = tf.grad((x) => attention.forward(query(), x as tf.Tensor3D, mask, INFERENCE))(keyValue());
    const perStep = gradient.abs().sum(-1).arraySync() as number[][];
    expect(perStep[0]![1]).toBe(0);
    expect(perStep[1]).toEqual([0, 0, 0]);
    expect(perStep[0]![0]).toBeGreaterThan(0);
  });

  test('of a whole sample give exact zeros', () => {
    const [first, second] = tf.unstack(attention.forward(query(), keyValue(), mask, INFERENCE)) as [
      tf.Tensor,
      tf.Tensor,
    ];
    expect(second.abs().max().dataSync()[0]).toBe(0);
    expect(first.abs().min().dataSync()[0]).toBeGreaterThan(0);
  });

  test('may be prepared once', () => {
    const y = attention.forward(query(), keyValue(), mask, INFERENCE);
    expect(attention.forward(query(), keyValue(), attentionMask(mask), INFERENCE).dataSync()).toEqual(y.dataSync());
  });
});

test('says what is wrong', () => {
  expect(() => new MultiHeadAttention({ dModel: 8, numHeads: 3 }, new Rng(1))).toThrow(
    new RangeError(
      'Cannot build MultiHeadAttention as dModel must be divisible by numHeads: got dModel=8, numHeads=3.',
    ),
  );
  const attention = new MultiHeadAttention(options, new Rng(1));
  expect(() => attention.forward(query(), keyValue(), tf.ones([2, 5]), INFERENCE)).toThrow(
    'Cannot attend as keyMask must have shape [2, 3]: got [2, 5].',
  );
  expect(() => attention.forward(query(), tf.zeros([1, 3, 4]), tf.ones([1, 3]), INFERENCE)).toThrow(
    'Cannot attend as keyValue must have shape [2, ?, 4]: got [1, 3, 4].',
  );
});

test('long sequences attend a few samples at a time in training, with the same result', () => {
  const attention = new MultiHeadAttention({ ...options, dropoutRate: 0 }, new Rng(1));
  const long = samples<tf.Tensor3D>([3, 840, 4]);
  const keys = tf.tensor2d(
    Array.from({ length: 3 }, (_, i) => Array.from({ length: 840 }, (_, j) => +(j < 300 * i + 9))),
  );
  const read = (ctx: ForwardContext) => attention.forward(long, long, keys, ctx);
  const { value, grads } = tf.variableGrads(() =>
    read({ training: true, rng: new Rng(1) })
      .square()
      .sum<tf.Scalar>(),
  );
  const whole = tf.variableGrads(() => read(INFERENCE).square().sum<tf.Scalar>());
  expectClose(value, whole.value, { relative: 1e-5 });
  for (const [name, gradient] of Object.entries(whole.grads))
    expectClose(grads[name]!, gradient, { relative: 1e-4, absolute: 1e-4 });
});
