import * as tf from '@tensorflow/tfjs';
import { expectClose } from '@trimodal/testing';
import { describe, expect, it } from 'vitest';
import { transferWeights } from './transfer-weights';

const quality = (taskLoss: number[], observed: number[]) => ({
  taskLoss: tf.tensor1d(taskLoss),
  observed: tf.tensor1d(observed),
});

describe('transferWeights', () => {
  it('favours the view of lower loss, and the one that saw more', () => {
    // the first sample: a has the lower loss; the second: b saw more; the third: they are alike
    const a = quality([0.2, 0.5, 0.5], [0.6, 0.2, 0.7]);
    const b = quality([0.8, 0.5, 0.5], [0.6, 1, 0.7]);
    const { aToB, bToA } = transferWeights(a, b);
    const [first, second, third] = aToB.dataSync();
    expect(first).toBeCloseTo(2 / (1 + Math.exp(-1.2)), 5); // losses 0.6 apart, 0.5 in the mean
    expect(second).toBeCloseTo(2 / (1 + Math.exp(0.8)), 5);
    expect(third).toBeCloseTo(1, 5);
    expectClose(aToB.add(bToA), [2, 2, 2]);
    expectClose(transferWeights(b, a).bToA, aToB);
  });

  it('does not change with the unit of the loss', () => {
    const [a, b] = [quality([0.2, 0.9], [1, 1]), quality([0.8, 0.5], [1, 1])];
    const times = (view: typeof a) => ({ ...view, taskLoss: view.taskLoss.mul<tf.Tensor1D>(70) });
    expectClose(transferWeights(times(a), times(b)).aToB, transferWeights(a, b).aToB);
  });

  it('takes no padding into the mean loss', () => {
    const [a, b] = [quality([0.2, 50], [1, 1]), quality([0.8, 90], [1, 1])];
    const { aToB } = transferWeights(a, b, { weights: tf.tensor1d([1, 0]) });
    expect(aToB.dataSync()[0]).toBeCloseTo(2 / (1 + Math.exp(-1.2)), 5);
  });

  it('of equal weighting is 1 each way, and one way leaves the other at 0', () => {
    const [a, b] = [quality([0.2, 0.9], [1, 0]), quality([0.8, 0.5], [1, 1])];
    const equal = transferWeights(a, b, { weighting: 'equal' });
    expect([...equal.aToB.dataSync(), ...equal.bToA.dataSync()]).toEqual([1, 1, 1, 1]);
    const one = transferWeights(a, b, { direction: 'b-to-a' });
    expect([...one.aToB.dataSync()]).toEqual([0, 0]);
    expectClose(one.bToA, transferWeights(a, b).bToA);
  });

  it('is finite where no view errs', () => {
    const none = quality([0, 0], [1, 1]);
    expectClose(transferWeights(none, none).aToB, [1, 1]);
  });

  it('refuses other shapes', () => {
    expect(() => transferWeights(quality([1], [1]), quality([1, 2], [1]))).toThrow(
      'task loss of b must have shape [1]',
    );
  });
});
