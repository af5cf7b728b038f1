import * as tf from '@tensorflow/tfjs';
import { expectClose } from '@trimodal/testing';
import { describe, expect, it } from 'vitest';
import { weightedMean } from './weighted-mean';

describe('weightedMean', () => {
  const values = tf.tensor3d([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [2, 3, 2]);

  it('weighs samples, steps or elements', () => {
    expectClose(weightedMean(values), [5.5]);
    expectClose(weightedMean(values, tf.tensor1d([3, 1])), [(3 * 2.5 + 8.5) / 4]);
    expectClose(weightedMean(values, tf.tensor2d([[3], [1]])), [(3 * 2.5 + 8.5) / 4]);
    expectClose(
      weightedMean(
        values,
        tf.tensor2d([
          [0, 0, 1],
          [1, 0, 0],
        ]),
      ),
      [(4.5 + 6.5) / 2],
    );
    expectClose(weightedMean(values, values.equal(tf.scalar(7)).toFloat()), [7]);
  });

  it('is 0 with gradient 0 over nothing', () => {
    const { value, grad } = tf.valueAndGrad((x) => weightedMean(x, tf.zeros([2])))(values);
    expectClose(value, [0]);
    expectClose(grad, new Float32Array(12));
  });

  it('refuses weights of another shape', () => {
    expect(() => weightedMean(values, tf.ones([3]))).toThrow(
      new RangeError(
        "Cannot weigh a loss as the weights' shape must be a leading part of the values', [2,3,2]: got [3].",
      ),
    );
  });
});
