import * as tf from '@tensorflow/tfjs';
import { expectClose, fixtureTensor, readFixture } from '@trimodal/testing';
import { describe, expect, it } from 'vitest';
import { checkGolden } from './__fixtures__/check-golden';
import { cmd, gaussianJs, mmd } from './distribution-distances';
import { slicedWasserstein } from './sliced-wasserstein';

const fixture = readFixture(import.meta.url, 'distributions');
const samples = { a: 'a', b: 'b' };
const weights = { weightsA: fixtureTensor(fixture, 'there_a'), weightsB: fixtureTensor(fixture, 'there_b') };

describe('distances of two samples equal PyTorch over the rows that are there, value and gradients', () => {
  it('cmd', () => {
    checkGolden(fixture, 'cmd.plain', (a, b) => cmd(a, b), samples);
    checkGolden(fixture, 'cmd.wide', (a, b) => cmd(a, b, { numMoments: 3, range: 2 }), samples);
    checkGolden(fixture, 'cmd.there', (a, b) => cmd(a, b, weights), samples, { relative: 2e-5 });
  });

  it('mmd', () => {
    checkGolden(fixture, 'mmd.plain', (a, b) => mmd(a, b), samples);
    checkGolden(fixture, 'mmd.there', (a, b) => mmd(a, b, weights), samples);
    checkGolden(fixture, 'mmd.bank', (a, b) => mmd(a, b, { bandwidths: [0.3, 3] }), samples);
  });

  it('gaussianJs', () => {
    checkGolden(fixture, 'gaussian.plain', (a, b) => gaussianJs(a, b), samples);
    checkGolden(fixture, 'gaussian.there', (a, b) => gaussianJs(a, b, weights), samples);
  });
});

describe('distances of two samples', () => {
  const a = tf.tensor2d([
    [0.1, 0.9],
    [0.4, 0.2],
    [0.8, 0.5],
  ]);

  for (const [name, distance] of Object.entries({ cmd, mmd, gaussianJs, slicedWasserstein })) {
    it(`${name} is 0 for a sample and its permutation, and grows with a shift`, () => {
      const permuted = tf.gather(a, [2, 0, 1]);
      expectClose(distance(a, permuted), [0], { absolute: 1e-6 });
      const near = distance(a, a.add(0.1)).dataSync()[0]!;
      expect(near).toBeGreaterThan(1e-3);
      expect(distance(a, a.add(0.3)).dataSync()[0]).toBeGreaterThan(near);
    });

    it(`${name} of a sample with no row there is 0, with gradient 0`, () => {
      const { value, grads } = tf.valueAndGrads((x: tf.Tensor, y: tf.Tensor) =>
        distance(x as tf.Tensor2D, y as tf.Tensor2D, { weightsB: tf.zeros([3]) }),
      )([a, tf.zeros([3, 2])]);
      expectClose(value, [0]);
      for (const grad of grads) expectClose(grad, new Float32Array(6));
    });
  }

  it('mmd keeps its digits far from the origin', () => {
    const moved = mmd(a.add(1000) as tf.Tensor2D, a.add(1000.25) as tf.Tensor2D);
    expectClose(moved, mmd(a, a.add(0.25)), { relative: 1e-3 });
  });

  it('mmd of one row there, the same in both, is 0, however far away', () => {
    const one = tf.tensor1d([1, 0, 0]);
    for (const scale of [0.1, 1, 31, 77]) {
      const row = tf
        .tensor2d([
          [3.3, -7.7, 0.9],
          [0, 0, 0],
          [0, 0, 0],
        ])
        .mul(scale) as tf.Tensor2D;
      expectClose(mmd(row, row, { weightsA: one, weightsB: one }), [0], { absolute: 1e-5 });
      const lone = row.slice([0, 0], [1, 3]);
      expectClose(mmd(row, row.add(1), { weightsA: one, weightsB: one }), mmd(lone, lone.add(1) as tf.Tensor2D));
    }
  });

  it('refuse other widths, ranges, bandwidths', () => {
    expect(() => cmd(a, tf.zeros([2, 3]))).toThrow('b must have shape [?, 2]: got [2, 3]');
    expect(() => cmd(a, a, { range: 0 })).toThrow('range must be positive: got 0');
    expect(() => cmd(a, a, { numMoments: 0 })).toThrow('numMoments must be a positive integer');
    expect(() => mmd(a, a, { bandwidths: [] })).toThrow('bandwidths must be positive');
    expect(() => gaussianJs(a, tf.zeros([2, 3]))).toThrow('b must have shape [?, 2]: got [2, 3]');
    expect(() => mmd(a, a, { weightsA: tf.ones([2]) })).toThrow('one value a sample, 3');
  });
});
