import * as tf from '@tensorflow/tfjs';
import { expectClose } from '@trimodal/testing';
import { describe, expect, test } from 'vitest';
import { gelu, normalize } from './closed-form';
import { Rng } from './rng';

const rng = new Rng(3);
const random = (...shape: number[]) =>
  tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => 2 * rng.normal() + 0.5),
    shape,
  );

/** The gradient of `weights . f(x)`. */
function gradient(f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor, weights: tf.Tensor): tf.Tensor {
  return tf.grad((v) => f(v).mul(weights).sum())(x);
}

const chainRule = {
  normalize: (x: tf.Tensor) => {
    const { mean, variance } = tf.moments(x, -1, true);
    return x.sub(mean).div(variance.add(1e-5).sqrt());
  },
  gelu: (x: tf.Tensor) => x.mul(tf.erf(x.div(Math.SQRT2)).add(1)).div(2),
};

describe.each([
  ['normalize', (x: tf.Tensor) => normalize(x), chainRule.normalize],
  ['gelu', (x: tf.Tensor) => gelu(x), chainRule.gelu],
])('%s', (_, closedForm, reference) => {
  test.each([[[5]], [[2, 3]], [[2, 3, 4]]])('has the value and the gradient of the chain rule on [%s]', (shape) => {
    const [x, weights] = [random(...shape), random(...shape)];
    expectClose(closedForm(x), reference(x), { relative: 1e-5, absolute: 1e-6 });
    expectClose(gradient(closedForm, x, weights), gradient(reference, x, weights), { relative: 1e-5, absolute: 1e-5 });
  });

  test('keeps no tensor', () => {
    const [x, weights] = [random(2, 3), random(2, 3)];
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      gradient(closedForm, x, weights).dataSync();
    });
    expect(tf.memory().numTensors).toBe(before);
  });
});

test('normalize gives mean 0 and variance 1, and stays finite on a constant row', () => {
  const y = normalize(random(3, 50));
  expectClose(y.mean(-1), [0, 0, 0], { absolute: 1e-5 });
  expectClose(y.square().mean(-1), [1, 1, 1], { relative: 1e-4 });
  const constant = tf.fill([1, 4], 7);
  expectClose(normalize(constant), [0, 0, 0, 0]);
  expect(Array.from(gradient(normalize, constant, random(1, 4)).dataSync()).every(Number.isFinite)).toBe(true);
});

test('gelu is x far above 0, 0 far below, and has slope 1/2 at 0', () => {
  expectClose(gelu(tf.tensor1d([10, -10, 0])), [10, 0, 0], { absolute: 1e-6 });
  expectClose(tf.grad((x) => gelu(x))(tf.tensor1d([10, -10, 0])), [1, 0, 0.5], { absolute: 1e-6 });
});
