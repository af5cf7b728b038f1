import * as tf from '@tensorflow/tfjs';

/** The value of `x`, through which no gradient flows. */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  const stop = tf.customGrad((value) => ({
    value: (value as T).clone(),
    gradFunc: (dy) => tf.zerosLike(dy as T),
  }));
  return stop(x) as T;
}

/**
 * The value of `x`; its gradient is multiplied by `-scale`.
 *
 * Source: Ganin & Lempitsky 2015, "Unsupervised Domain Adaptation by Backpropagation".
 */
export function reverseGradient<T extends tf.Tensor>(x: T, scale = 1): T {
  const reverse = tf.customGrad((value) => ({
    value: (value as T).clone(),
    gradFunc: (dy) => (dy as T).mul(-scale),
  }));
  return reverse(x) as T;
}
