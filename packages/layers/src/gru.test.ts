import * as tf from '@tensorflow/tfjs';
import { parameters, Rng } from '@trimodal/core';
import { checkComponent, checkGolden, expectClose, samples } from '@trimodal/testing';
import { describe, expect, test } from 'vitest';
import { GRU } from './gru';

const x = (time = 5, seed = 1) => samples<tf.Tensor3D>([3, time, 4], seed);

describe.each([false, true])('bidirectional: %s', (bidirectional) => {
  const options = { inDim: 4, hiddenDim: 6, bidirectional };
  const width = bidirectional ? 12 : 6;

  test.each(['end', 'start', 'dropped'])(
    'equals PyTorch on packed sequences, gradients too: steps masked at %s',
    (kind) => {
      const name = `gru-${bidirectional ? 'bidirectional-' : ''}${kind}`;
      checkGolden(import.meta.url, name, new GRU(options, new Rng(1)), (m, { x, mask }) =>
        m.forward(x as tf.Tensor3D, mask as tf.Tensor2D),
      );
    },
  );

  test('keeps the contract of components, with a sample that has no step', () => {
    checkComponent({
      build: (rng) => new GRU(options, rng),
      run: (m) =>
        m.forward(
          x(),
          tf.tensor2d([
            [1, 1, 1, 1, 0],
            [0, 0, 1, 0, 1],
            [0, 0, 0, 0, 0],
          ]),
        ),
      shapes: { outputs: [3, 5, width], final: [3, width] },
      subsets: false,
    });
  });

  test('a masked step has no influence, whatever it holds, and outputs 0', () => {
    const gru = new GRU(options, new Rng(1));
    const mask = tf.tensor2d([
      [0, 1, 0, 1, 0],
      [1, 0, 1, 1, 1],
      [0, 0, 0, 0, 0],
    ]);
    const absent = tf.sub(1, mask).expandDims(-1);
    const clean = gru.forward(x(), mask);
    const noisy = gru.forward(x().add(x(5, 2).mul(absent).mul(50)), mask);
    expect(noisy.outputs.dataSync()).toEqual(clean.outputs.dataSync());
    expect(noisy.final.dataSync()).toEqual(clean.final.dataSync());
    expect(clean.outputs.mul(absent).abs().max().dataSync()[0]).toBe(0);
    expect(tf.unstack(clean.final)[2]!.abs().max().dataSync()[0]).toBe(0);
  });

  test('one step works', () => {
    const { outputs, final } = new GRU(options, new Rng(1)).forward(x(1), tf.ones([3, 1]));
    expect(final.dataSync()).toEqual(outputs.dataSync());
    expect(outputs.abs().min().dataSync()[0]).toBeGreaterThan(0);
  });
});

test('the backward direction is the forward one on reversed time', () => {
  const both = new GRU({ inDim: 4, hiddenDim: 6, bidirectional: true }, new Rng(1));
  const one = new GRU({ inDim: 4, hiddenDim: 6 }, new Rng(2));
  const weights = parameters(both);
  for (const [path, variable] of parameters(one)) variable.assign(weights.get(path.replace('cells.0', 'cells.1'))!);
  const mask = tf.ones<tf.Rank.R2>([3, 5]);
  const backward = tf.slice(both.forward(x(), mask).outputs, [0, 0, 6], [-1, -1, 6]);
  expectClose(one.forward(x().reverse(1), mask).outputs.reverse(1), backward);
});

test('draws every weight from PyTorch’s range, each its own', () => {
  const drawn = [...parameters(new GRU({ inDim: 4, hiddenDim: 25, bidirectional: true }, new Rng(1))).values()];
  const values = drawn.flatMap((variable) => [...variable.dataSync()]);
  expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(0.2);
  expect(values.reduce((sum, value) => sum + value * value, 0) / values.length).toBeCloseTo(0.2 ** 2 / 3, 3);
  expect(new Set(drawn.map((variable) => variable.dataSync()[0])).size).toBe(8);
});

test('says what is wrong', () => {
  expect(() => new GRU({ inDim: 4, hiddenDim: 0 }, new Rng(1))).toThrow(
    new RangeError('Cannot build GRU as hiddenDim must be a positive integer: got 0.'),
  );
  const gru = new GRU({ inDim: 4, hiddenDim: 6 }, new Rng(1));
  expect(() => gru.forward(tf.zeros([3, 5, 3]), tf.ones([3, 5]))).toThrow(
    'Cannot apply GRU as x must have shape [?, ?, 4]: got [3, 5, 3].',
  );
  expect(() => gru.forward(x(), tf.ones([5, 3]))).toThrow(
    'Cannot apply GRU as mask must have shape [3, 5]: got [5, 3].',
  );
});
