import * as tf from '@tensorflow/tfjs';
import { expectClose, fixtureTensor, readFixture } from '@trimodal/testing';
import { describe, expect, it } from 'vitest';
import { checkGolden } from './__fixtures__/check-golden';
import { balanceLoss } from './balance-loss';
import { gaussianKl, jsDivergence, klDivergence } from './divergences';

const fixture = readFixture(import.meta.url, 'divergences');
const there = fixtureTensor(fixture, 'there');
const sent = fixtureTensor(fixture, 'sent');
const logits = { a: 'a', b: 'b' };

describe('divergences equal PyTorch, value and gradients', () => {
  for (const [name, divergence] of Object.entries({ kl: klDivergence, js: jsDivergence })) {
    it(name, () => {
      checkGolden(fixture, `${name}.plain`, (a, b) => divergence(a, b), logits);
      checkGolden(fixture, `${name}.there`, (a, b) => divergence(a, b, there, { temperature: 2 }), logits);
    });
  }

  it('gaussianKl', () => {
    const inputs = { a: 'mean', b: 'log_variance' };
    checkGolden(fixture, 'gaussian.plain', (m, v) => gaussianKl(m, v), inputs);
    checkGolden(fixture, 'gaussian.there', (m, v) => gaussianKl(m, v, there), inputs);
  });

  it('balanceLoss', () => {
    const inputs = { a: 'probabilities' };
    checkGolden(fixture, 'switch.top2', (p) => balanceLoss(p, undefined, { assignments: sent }), inputs);
    checkGolden(fixture, 'switch.there', (p) => balanceLoss(p, there, { assignments: sent }), inputs);
    checkGolden(fixture, 'switch.dense', (p) => balanceLoss(p), inputs);
  });
});

describe('divergences', () => {
  const certain = tf.tensor2d([[300, -300, 0]]);
  const other = tf.tensor2d([[-300, 300, 0]]);

  it('stay finite for certain and for masked logits', () => {
    expectClose(jsDivergence(certain, other), [Math.LN2]);
    expectClose(klDivergence(certain, other), [600]);
    const masked = tf.tensor2d([[0, -1e9, 1]]);
    expectClose(klDivergence(masked, masked), [0]);
    for (const f of [klDivergence, jsDivergence]) {
      for (const grad of tf.grads((a: tf.Tensor, b: tf.Tensor) => f(a as tf.Tensor2D, b as tf.Tensor2D))([
        certain,
        other,
      ])) {
        expect([...grad.dataSync()].every(Number.isFinite)).toBe(true);
      }
    }
  });

  it('take the target first', () => {
    const sharp = tf.tensor2d([[4, 0, 0]]);
    const flat = tf.tensor2d([[0, 0, 0]]);
    const forward = klDivergence(sharp, flat).dataSync()[0]!;
    expect(Math.abs(forward - klDivergence(flat, sharp).dataSync()[0]!)).toBeGreaterThan(0.1);
    expectClose(jsDivergence(sharp, flat), jsDivergence(flat, sharp));
  });

  it('refuse other shapes and temperatures', () => {
    expect(() => klDivergence(certain, tf.zeros([1, 2]))).toThrow(RangeError);
    expect(() => jsDivergence(certain, other, undefined, { temperature: -1 })).toThrow('temperature must be positive');
    expect(() => gaussianKl(certain, tf.zeros([2, 3]))).toThrow(RangeError);
  });
});

describe('balanceLoss', () => {
  it('is 1 for an even load and the number of experts for one expert', () => {
    expectClose(balanceLoss(tf.fill([5, 4], 0.25)), [1]);
    expectClose(balanceLoss(tf.oneHot(tf.tensor1d([2, 2, 2], 'int32'), 4).toFloat()), [4]);
    expectClose(
      balanceLoss(
        tf.fill([2, 3, 4], 0.25),
        tf.tensor2d([
          [1, 1, 0],
          [1, 0, 0],
        ]),
      ),
      [1],
    );
  });

  it('refuses assignments of another shape', () => {
    expect(() => balanceLoss(tf.zeros([2, 3]), undefined, { assignments: tf.zeros([3, 2]) })).toThrow(RangeError);
  });
});
