import * as tf from '@tensorflow/tfjs';
import { checkPositiveInteger, checkShape, type Rng } from '@trimodal/core';
import { normalWeight } from './weights';

/**
 * Fixed position vectors of sines and cosines.
 *
 * `p[t, 2i] = sin(t / 10000^(2i / dim))`, `p[t, 2i + 1] = cos(t / 10000^(2i / dim))`
 *
 * Shapes: -> `[time, dim]`.
 * Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.5.
 * @throws RangeError if a size is no positive integer.
 * @example x.add(sinusoidalPositions(3, 4)); // x [2, 3, 4]
 */
export function sinusoidalPositions(time: number, dim: number): tf.Tensor2D {
  checkPositiveInteger('make sinusoidalPositions', 'time', time);
  checkPositiveInteger('make sinusoidalPositions', 'dim', dim);
  const values = Float32Array.from({ length: time * dim }, (_, index) => {
    const channel = index % dim;
    const angle = Math.floor(index / dim) / 10000 ** ((channel - (channel % 2)) / dim);
    return channel % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  });
  return tf.tensor2d(values, [time, dim]);
}

export type LearnedPositionsOptions = { maxTime: number; dim: number };

/**
 * Adds a learned vector to each step.
 *
 * Shapes: x `[b, t, dim]`, t at most `maxTime` -> the same; weight `[maxTime, dim]`, drawn from N(0, 0.02^2).
 * Source: Devlin et al. 2019, "BERT", with its initialisation.
 * @throws RangeError if a size is no positive integer or x has more than `maxTime` steps.
 * @example new LearnedPositions({ maxTime: 50, dim: 4 }, new Rng(1)).forward(tf.zeros([2, 3, 4])).shape; // [2, 3, 4]
 */
export class LearnedPositions {
  readonly weight: tf.Variable<tf.Rank.R2>;

  constructor({ maxTime, dim }: LearnedPositionsOptions, rng: Rng) {
    checkPositiveInteger('build LearnedPositions', 'maxTime', maxTime);
    checkPositiveInteger('build LearnedPositions', 'dim', dim);
    this.weight = normalWeight<tf.Rank.R2>([maxTime, dim], 0.02, rng.fork('weight'));
  }

  forward(x: tf.Tensor3D): tf.Tensor3D {
    const [maxTime, dim] = this.weight.shape;
    checkShape('add LearnedPositions', 'x', x, [null, null, dim]);
    const time = x.shape[1];
    if (time > maxTime) {
      throw new RangeError(`Cannot add LearnedPositions as x must have at most maxTime=${maxTime} steps: got ${time}.`);
    }
    return x.add(time === maxTime ? this.weight : tf.slice2d(this.weight, [0, 0], [time, dim]));
  }
}
