import * as tf from '@tensorflow/tfjs';
import { expectClose, fixtureTensor, readFixture } from '@trimodal/testing';
import { describe, expect, it } from 'vitest';
import { checkGolden } from './__fixtures__/check-golden';
import { contrastiveLoss, marginLoss, supervisedContrastiveLoss } from './contrast';

const fixture = readFixture(import.meta.url, 'contrast');
const there = fixtureTensor(fixture, 'there');
const labels = fixtureTensor(fixture, 'labels');

describe('losses of contrast equal PyTorch over the rows that are there, value and gradients', () => {
  it('contrastiveLoss', () => {
    const views = { a: 'a', b: 'b' };
    checkGolden(fixture, 'infonce.plain', (a, b) => contrastiveLoss(a, b, undefined, { temperature: 0.5 }), views);
    checkGolden(fixture, 'infonce.there', (a, b) => contrastiveLoss(a, b, there), views);
  });

  it('supervisedContrastiveLoss', () => {
    checkGolden(fixture, 'supervised.plain', (a) => supervisedContrastiveLoss(a, labels), { a: 'a' });
    checkGolden(fixture, 'supervised.there', (a) => supervisedContrastiveLoss(a, labels, there), { a: 'a' });
  });

  it('marginLoss', () => {
    checkGolden(fixture, 'margin.plain', (a) => marginLoss(a, labels), { a: 'a' });
    checkGolden(fixture, 'margin.there', (a) => marginLoss(a, labels, there), { a: 'a' });
  });
});

describe('labels', () => {
  const features = tf.tensor2d([
    [1, 0, 0],
    [0.9, 0.1, 0],
    [0, 1, 0],
  ]);

  it('further apart ask for a wider margin', () => {
    const loss = (label: number) =>
      marginLoss(features, tf.tensor1d([1, 1, label]), undefined, { marginPerDistance: 0.5 }).dataSync()[0]!;
    expect(loss(1.5)).toBeCloseTo(0, 6); // the cosines already differ by more
    expect(loss(3)).toBeGreaterThan(0);
    expect(loss(5)).toBeGreaterThan(loss(3));
  });

  it('may be the same within a tolerance', () => {
    const near = tf.tensor1d([1, 1.1, 3]);
    expectClose(marginLoss(features, near), [0]); // no two are equal: no positive, no anchor
    const tolerant = marginLoss(features, near, undefined, { sameWithin: 0.2, marginPerDistance: 1 });
    expect(tolerant.dataSync()[0]).toBeGreaterThan(0.5);
    expectClose(supervisedContrastiveLoss(features, near), [0]);
  });

  it('must be one a row', () => {
    expect(() => marginLoss(features, tf.zeros([2]))).toThrow('labels must have one value a row, 3: got [2]');
    expect(() => contrastiveLoss(features, features, undefined, { temperature: 0 })).toThrow('temperature');
  });
});
