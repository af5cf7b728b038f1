import * as tf from '@tensorflow/tfjs';
import { Rng } from '@trimodal/core';
import type { Batch } from '@trimodal/data';
import type { Learner } from '../learner';

export const TIME = 2;
export const DIM = 4;

/** Mean over time, dropout, one linear layer; `unused` has no part in the loss. */
export function linearLearner(seed = 1, { dropoutRate = 0.25 } = {}): Learner & { dispose(): void } {
  const rng = new Rng(seed);
  const draw = (shape: number[]) =>
    tf.tidy(() => tf.variable(tf.tensor(Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.normal()), shape)));
  const parameters = new Map([
    ['proj.weight', draw([DIM, 1])],
    ['proj.bias', draw([1])],
    ['unused', draw([3])],
  ]);
  const forward = (features: tf.Tensor) =>
    features.matMul(parameters.get('proj.weight')!).add<tf.Tensor2D>(parameters.get('proj.bias')!);
  return {
    parameters,
    loss({ views, labels, weights }, ctx) {
      const pooled = views[0]!.features.text!.mean<tf.Tensor2D>(1);
      const kept = ctx.training ? pooled.mul(ctx.rng.keepMask(pooled.shape, dropoutRate)) : pooled;
      const errors = forward(kept).squeeze<tf.Tensor1D>([1]).sub(labels).square().mul(weights);
      const task = errors.sum().div<tf.Scalar>(weights.sum());
      const penalty = parameters.get('proj.weight')!.square().sum<tf.Scalar>();
      return { loss: task.add(penalty.mul(1e-3)), terms: { task, penalty } };
    },
    predict: ({ features }) => forward(features.text!.mean<tf.Tensor2D>(1)),
    dispose: () => tf.dispose([...parameters.values()]),
  };
}

/** Samples whose label is a fixed linear function of the features, in batches of `size`; the last one is padded. */
export function linearBatches(count: number, size: number, seed: number): Batch[] {
  const rng = new Rng(seed);
  const truth = [0.5, -1, 2, 0.25];
  return Array.from({ length: Math.ceil(count / size) }, (_, number) => {
    const real = Math.min(size, count - number * size);
    const data = new Float32Array(size * TIME * DIM);
    const labels = new Float32Array(size);
    const present = new Float32Array(size * 3);
    for (let row = 0; row < real; row++) {
      present[row * 3] = 1;
      for (let i = 0; i < TIME * DIM; i++) {
        const value = rng.normal();
        data[row * TIME * DIM + i] = value;
        labels[row]! += (value * truth[i % DIM]!) / TIME;
      }
    }
    const mask = new Float32Array(size * TIME).fill(1, 0, real * TIME);
    return {
      size,
      count: real,
      indices: Int32Array.from({ length: real }, (_, row) => number * size + row),
      views: [{ features: { text: { data, shape: [size, TIME, DIM] } }, mask: { text: { data: mask, shape: [size, TIME] } }, present }],
      labels,
      weights: new Float32Array(size).fill(1, 0, real),
    };
  });
}
