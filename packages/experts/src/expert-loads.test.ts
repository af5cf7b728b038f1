import * as tf from '@tensorflow/tfjs';
import { expectClose, samples } from '@trimodal/testing';
import { describe, expect, it } from 'vitest';
import { expertLoads, loadBalanceLoss } from './expert-loads';

const mask = tf.tensor2d([
  [1, 1, 0],
  [1, 1, 0],
]);
// of the four tokens that are there, three go to the first expert
const gates = tf
  .oneHot(tf.tensor1d([0, 0, 1, 0, 1, 1], 'int32'), 2)
  .reshape([2, 3, 2])
  .toFloat() as tf.Tensor3D;
const number = (loss: tf.Scalar) => loss.dataSync()[0]!;
const balance = (probabilities: tf.Tensor3D) => number(loadBalanceLoss({ gates: probabilities, probabilities }, mask));

describe('expertLoads', () => {
  it('is the share of each expert over tokens that are there', () => {
    expectClose(expertLoads(gates, mask), [0.75, 0.25]);
    expectClose(expertLoads(gates, tf.zerosLike(mask)), [0, 0]);
  });
});

describe('loadBalanceLoss', () => {
  it('is 1 where the load is even, more where it is not, k where one expert takes all', () => {
    const even = tf.fill<tf.Rank.R3>([2, 3, 2], 0.5);
    expect(balance(even)).toBeCloseTo(1, 6);
    expect(balance(gates)).toBeCloseTo(2 * (0.75 ** 2 + 0.25 ** 2), 6);
    expect(balance(tf.concat([tf.ones([2, 3, 1]), tf.zeros([2, 3, 1])], -1) as tf.Tensor3D)).toBeCloseTo(2, 6);
    for (let seed = 1; seed < 6; seed++) expect(balance(tf.softmax(samples([2, 3, 2], seed)))).toBeGreaterThan(1);
    expect(number(loadBalanceLoss({ gates: even, probabilities: even }, tf.zerosLike(mask)))).toBe(0);
  });

  it('pushes the busiest expert down and the idle one up', () => {
    const gradient = tf.grad((scores) =>
      loadBalanceLoss({ gates, probabilities: tf.softmax(scores as tf.Tensor3D) }, mask),
    )(tf.zeros([2, 3, 2]));
    const [busy, idle] = gradient.sum<tf.Tensor1D>([0, 1]).arraySync();
    expect(busy).toBeGreaterThan(1e-3);
    expect(idle).toBeLessThan(-1e-3);
  });

  it('says what is wrong', () => {
    expect(() => loadBalanceLoss({ gates, probabilities: gates }, tf.ones([2, 4]))).toThrow(
      new RangeError('Cannot compute loadBalanceLoss as mask must have shape [2, 3]: got [2, 4].'),
    );
  });
});
