import * as tf from '@tensorflow/tfjs';
import { expectClose, fixtureTensor, readFixture } from '@trimodal/testing';
import { describe, expect, it } from 'vitest';
import { checkGolden } from './__fixtures__/check-golden';
import { hsic } from './hsic';
import { cosineOrthogonality, negativeCosine, orthogonalityLoss } from './orthogonality';

const fixture = readFixture(import.meta.url, 'dependence');
const there = fixtureTensor(fixture, 'there');
const steps = fixtureTensor(fixture, 'steps');

describe('losses of dependence equal PyTorch over the rows that are there, value and gradients', () => {
  const parts = { a: 'a', b: 'b' };

  it('orthogonalityLoss', () => {
    checkGolden(fixture, 'orthogonality.plain', (a, b) => orthogonalityLoss(a, b), parts);
    checkGolden(fixture, 'orthogonality.there', (a, b) => orthogonalityLoss(a, b, there), parts);
  });

  it('hsic', () => {
    checkGolden(fixture, 'rbf.plain', (a, b) => hsic(a, b), parts, { relative: 1e-5 });
    checkGolden(fixture, 'rbf.there', (a, b) => hsic(a, b, there), parts);
    checkGolden(fixture, 'linear.plain', (a, b) => hsic(a, b, undefined, { kernel: 'linear' }), parts);
    checkGolden(fixture, 'linear.there', (a, b) => hsic(a, b, there, { kernel: 'linear' }), parts);
  });

  it('cosineOrthogonality over samples and over steps', () => {
    checkGolden(fixture, 'cosine.there', (a, b) => cosineOrthogonality(a, b, there), { a: 'a', b: 'c' });
    checkGolden(fixture, 'cosine.steps', (a, b) => cosineOrthogonality(a, b, steps), { a: 'sequence', b: 'other' });
  });

  it('negativeCosine, whose target gets no gradient', () => {
    checkGolden(fixture, 'negative.there', (a, b) => negativeCosine(a, b, there), { a: 'a', b: 'c' });
    const grad = tf.grad((b) => negativeCosine(fixtureTensor(fixture, 'a'), b))(fixtureTensor(fixture, 'c'));
    expectClose(grad, new Float32Array(15));
  });
});

describe('the axis', () => {
  // orthogonal along the features of each sample, parallel along the batch of each feature
  const a = tf.tensor2d([
    [1, 0, 0],
    [2, 0, 0],
  ]);
  const b = tf.tensor2d([
    [0, 1, 0],
    [0, 2, 0],
  ]);
  // parallel along the features, orthogonal along the batch
  const c = tf.tensor2d([
    [1, 1, 1],
    [0, 0, 0],
  ]);
  const d = tf.tensor2d([
    [1, 1, 1],
    [5, 5, 5],
  ]);

  it('of a cosine is that of the features, not the batch', () => {
    expectClose(cosineOrthogonality(a, b), [0]);
    expectClose(cosineOrthogonality(a.add(b), a.add(b)), [1]);
    expectClose(cosineOrthogonality(c, d), [0.5]);
    expectClose(negativeCosine(c, d), [-0.5]);
  });

  it('of orthogonalityLoss pairs features over the batch', () => {
    // centred over the batch, both are parallel vectors in sample space: features 0 of a and 1 of b move together
    expectClose(orthogonalityLoss(a, b), [4 / 9], { relative: 1e-4 });
    expectClose(
      orthogonalityLoss(
        a,
        tf.tensor2d([
          [3, 3, 3],
          [3, 3, 3],
        ]),
      ),
      [0],
    );
  });

  it('opposite directions are no offence', () => {
    expectClose(cosineOrthogonality(a, a.neg()), [0]);
  });
});

describe('hsic', () => {
  it('sees a dependence that correlation does not', () => {
    const x = tf.linspace(-1, 1, 21).reshape([21, 1]) as tf.Tensor2D;
    const square = x.square() as tf.Tensor2D;
    expectClose(hsic(x, square, undefined, { kernel: 'linear' }), [0], { absolute: 1e-6 });
    expect(hsic(x, square).dataSync()[0]).toBeGreaterThan(0.01);
    expectClose(hsic(x, tf.ones([21, 2])), [0], { absolute: 1e-6 });
  });
});

describe('errors', () => {
  it('name the shapes', () => {
    expect(() => orthogonalityLoss(tf.zeros([2, 3]), tf.zeros([3, 3]))).toThrow('b must have shape [2, ?]: got [3, 3]');
    expect(() => orthogonalityLoss(tf.zeros([2, 3]), tf.zeros([2, 3]), tf.ones([3]))).toThrow('one value a sample, 2');
    expect(() => cosineOrthogonality(tf.zeros([2, 3]), tf.zeros([2, 4]))).toThrow(RangeError);
    expect(() => hsic(tf.zeros([2]) as never, tf.zeros([2, 3]))).toThrow(TypeError);
  });
});
