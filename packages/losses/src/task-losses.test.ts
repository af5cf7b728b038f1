import * as tf from '@tensorflow/tfjs';
import { expectClose, fixtureTensor, readFixture } from '@trimodal/testing';
import { describe, expect, it } from 'vitest';
import { checkGolden } from './__fixtures__/check-golden';
import { reconstructionLoss } from './reconstruction-loss';
import { crossEntropyLoss, l1Loss, mseLoss, smoothL1Loss } from './task-losses';

const fixture = readFixture(import.meta.url, 'task-losses');
const array = (name: string) => fixtureTensor(fixture, name);
const scores = { prediction: 'prediction', target: 'target' };

describe('task losses equal PyTorch, value and gradients', () => {
  const losses = {
    l1: l1Loss,
    mse: mseLoss,
    smooth: (p: tf.Tensor, t: tf.Tensor, w?: tf.Tensor) => smoothL1Loss(p, t, w, { beta: 0.7 }),
  };
  for (const [name, loss] of Object.entries(losses)) {
    it(name, () => {
      checkGolden(fixture, `${name}.plain`, (p, t) => loss(p, t), scores);
      checkGolden(fixture, `${name}.weighted`, (p, t) => loss(p, t, array('weights')), scores);
    });
  }

  it('cross-entropy of class indices and of shares', () => {
    const logits = { logits: 'logits' };
    checkGolden(fixture, 'ce.plain', (z) => crossEntropyLoss(z, array('labels')), logits);
    checkGolden(fixture, 'ce.weighted', (z) => crossEntropyLoss(z, array('labels').toInt(), array('weights')), logits);
    checkGolden(fixture, 'ce.soft', (z) => crossEntropyLoss(z, array('soft')), logits);
  });

  it('reconstruction over steps and over samples', () => {
    const inputs = { prediction: 'decoded', target: 'clean' };
    checkGolden(fixture, 'recon.squared', (p, t) => reconstructionLoss(p, t, array('steps')), inputs);
    const smooth = { kind: 'smooth-l1', beta: 0.5 } as const;
    checkGolden(fixture, 'recon.smooth', (p, t) => reconstructionLoss(p, t, array('steps'), smooth), inputs);
    checkGolden(fixture, 'recon.samples', (p, t) => reconstructionLoss(p, t, array('samples')), inputs);
  });
});

describe('shapes', () => {
  it("a head's [b, 1] is compared with labels [b] one by one, not broadcast", () => {
    expectClose(l1Loss(tf.tensor2d([[1], [2], [4]]), tf.tensor1d([1, 2, 3])), [1 / 3]);
  });

  it('that differ are refused', () => {
    expect(() => mseLoss(tf.zeros([3, 2]), tf.zeros([3]))).toThrow(
      new RangeError('Cannot compute mseLoss as target must have a value for each prediction, [3,2]: got [3].'),
    );
    expect(() => l1Loss(tf.zeros([2, 3]), tf.zeros([3, 2]))).toThrow(RangeError);
    expect(() => l1Loss(tf.zeros([3]), tf.zeros([3]), tf.ones([2]))).toThrow('leading part');
    expect(() => crossEntropyLoss(tf.zeros([3, 2]), tf.zeros([2]))).toThrow('labels must have shape [3]');
    expect(() => reconstructionLoss(tf.zeros([2, 3]), tf.zeros([3, 2]), tf.ones([2]))).toThrow('[2,3]: got [3,2]');
    expect(() => smoothL1Loss(tf.zeros([2]), tf.zeros([2]), undefined, { beta: 0 })).toThrow('beta must be positive');
  });
});
