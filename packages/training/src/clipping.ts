import * as tf from '@tensorflow/tfjs';

/** Limits the flat gradient `[size]` before the optimiser sees it; traceable. */
export type Clipping = (gradient: tf.Tensor1D) => tf.Tensor1D;

/**
 * Scales the whole gradient so that its norm is at most `maxNorm`: `g min(1, maxNorm / (|g| + 1e-6))`.
 *
 * Source: Pascanu et al. 2013, "On the difficulty of training recurrent neural networks"; equal to torch's clip_grad_norm_.
 */
export function clipByGlobalNorm(maxNorm: number): Clipping {
  checkLimit('maxNorm', maxNorm);
  return (gradient) => {
    const norm = gradient.square().sum().sqrt();
    return gradient.mul<tf.Tensor1D>(tf.minimum(tf.div(maxNorm, norm.add(1e-6)), 1));
  };
}

/** Limits each element to `[-limit, limit]`, as torch's clip_grad_value_. */
export function clipByValue(limit: number): Clipping {
  checkLimit('limit', limit);
  return (gradient) => tf.clipByValue(gradient, -limit, limit) as tf.Tensor1D;
}

function checkLimit(name: string, value: number): void {
  if (!(value > 0)) throw new RangeError(`Cannot clip gradients as ${name} must be positive: got ${value}.`);
}
