import * as tf from '@tensorflow/tfjs';
import type { Rng } from '@trimodal/core';

function variableOf<R extends tf.Rank>(shape: tf.ShapeMap[R], draw: () => number): tf.Variable<R> {
  const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, draw);
  return tf.tidy(() => tf.variable(tf.tensor(values, shape)));
}

/** A weight drawn from U(-bound, bound). */
export function uniformWeight<R extends tf.Rank>(shape: tf.ShapeMap[R], bound: number, rng: Rng): tf.Variable<R> {
  return variableOf<R>(shape, () => bound * (2 * rng.uniform() - 1));
}

/** A weight drawn from N(0, std^2). */
export function normalWeight<R extends tf.Rank>(shape: tf.ShapeMap[R], std: number, rng: Rng): tf.Variable<R> {
  return variableOf<R>(shape, () => std * rng.normal());
}

/** A weight of one value: 1 for a gain, 0 for a bias. */
export function constantWeight<R extends tf.Rank>(shape: tf.ShapeMap[R], value: number): tf.Variable<R> {
  return variableOf<R>(shape, () => value);
}
