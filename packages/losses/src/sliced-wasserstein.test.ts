import * as tf from '@tensorflow/tfjs';
import { expectClose, fixtureTensor, readFixture } from '@trimodal/testing';
import { describe, expect, it } from 'vitest';
import { checkGolden } from './__fixtures__/check-golden';
import { slicedWasserstein } from './sliced-wasserstein';

const fixture = readFixture(import.meta.url, 'distributions');
const samples = { a: 'a', b: 'b' };
const column = (...values: number[]) => tf.tensor2d(values, [values.length, 1]);

describe('slicedWasserstein', () => {
  it('equals the transport between quantiles that PyTorch computes, value and gradients', () => {
    // a single feature: every direction is 1 or -1
    const first = (x: tf.Tensor2D) => x.slice<tf.Tensor2D>([0, 0], [-1, 1]);
    checkGolden(fixture, 'line.plain', (a, b) => slicedWasserstein(first(a), first(b)), samples);
    const weights = { weightsA: fixtureTensor(fixture, 'there_a'), weightsB: fixtureTensor(fixture, 'there_b') };
    checkGolden(fixture, 'line.there', (a, b) => slicedWasserstein(first(a), first(b), weights), samples);
  });

  it('of a shift is its mean square along the directions, of whatever order the rows are', () => {
    expectClose(slicedWasserstein(column(3, 1, 2), column(12, 13, 11)), [100]);
    const a = tf.tensor2d([0.3, 1, -2, 0.4, 5, 0.1, 0.7, -1], [4, 2]);
    const moved = tf.gather(a.add(tf.tensor2d([[3, -4]])), [3, 1, 0, 2]) as tf.Tensor2D;
    // E (u . s)^2 = |s|^2 / d over all directions
    expectClose(slicedWasserstein(a, moved, { numProjections: 4000 }), [12.5], { relative: 0.05 });
  });

  it('takes weights as so many rows', () => {
    const doubled = slicedWasserstein(column(1, 1, 4), column(2, 7, 7));
    const weighed = slicedWasserstein(column(1, 4), column(2, 7), {
      weightsA: tf.tensor1d([2, 1]),
      weightsB: tf.tensor1d([1, 2]),
    });
    expectClose(weighed, doubled);
    expectClose(doubled, [(1 + 36 + 9) / 3]);
  });

  it('has the gradient of finite differences, ties apart', () => {
    const [a, b] = [column(0.3, -1, 2, 0.9), column(1.5, 0.2, -0.4)];
    const loss = (x: tf.Tensor): tf.Scalar => slicedWasserstein(x as tf.Tensor2D, b);
    const gradient = tf.grad(loss)(a).dataSync();
    for (let i = 0; i < 4; i++) {
      const step = tf
        .oneHot(tf.tensor1d([i], 'int32'), 4)
        .reshape([4, 1])
        .mul(1e-2);
      const difference =
        loss(a.add(step))
          .sub(loss(a.sub(step)))
          .dataSync()[0]! / 2e-2;
      expect(gradient[i]).toBeCloseTo(difference, 3);
    }
  });

  it('draws the same directions at each call, others from another seed', () => {
    const [a, b] = [tf.eye(3) as tf.Tensor2D, tf.ones<tf.Rank.R2>([2, 3])];
    expectClose(slicedWasserstein(a, b), slicedWasserstein(a, b), { relative: 0, absolute: 0 });
    const other = slicedWasserstein(a, b, { seed: 2 }).dataSync()[0]!;
    expect(Math.abs(other - slicedWasserstein(a, b).dataSync()[0]!)).toBeGreaterThan(1e-3);
    expect(() => slicedWasserstein(a, b, { numProjections: 0 })).toThrow('numProjections must be a positive integer');
  });
});
