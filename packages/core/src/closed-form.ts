import * as tf from '@tensorflow/tfjs';

/**
 * `x` with mean 0 and variance 1 along the last axis.
 *
 * `y = (x - mean) / sqrt(var + epsilon)`; the gradient is the closed form
 * `dx = (dy - mean(dy) - y mean(dy y)) / sqrt(var + epsilon)`, a third of the ops of the chain rule.
 * Source: Ba, Kiros & Hinton 2016, "Layer Normalization".
 */
export function normalize<T extends tf.Tensor>(x: T, epsilon = 1e-5): T {
  const op = tf.customGrad((value, save) => {
    const input = value as tf.Tensor;
    const centred = input.sub(input.mean(-1, true));
    const inverseStd = centred.square().mean(-1, true).add(epsilon).rsqrt();
    const output = centred.mul(inverseStd);
    (save as tf.GradSaveFunc)([output, inverseStd]);
    return {
      value: output,
      gradFunc: (dy, saved) => {
        const [y, scale] = saved as [tf.Tensor, tf.Tensor];
        const gradient = dy as tf.Tensor;
        return gradient
          .sub(gradient.mean(-1, true))
          .sub(y.mul(gradient.mul(y).mean(-1, true)))
          .mul(scale);
      },
    };
  });
  return op(x) as T;
}

/**
 * The Gaussian error linear unit, `x Phi(x)` with the exact normal distribution function, and its closed-form gradient.
 *
 * Source: Hendrycks & Gimpel 2016, "Gaussian Error Linear Units".
 */
export function gelu<T extends tf.Tensor>(x: T): T {
  // in u = x / sqrt(2): gelu = u (1 + erf u) / sqrt(2), gelu' = (1 + erf u + 2 u exp(-u^2) / sqrt(pi)) / 2
  const op = tf.customGrad((value, save) => {
    const u = (value as tf.Tensor).mul(Math.SQRT1_2);
    const twicePhi = u.erf().add(1);
    (save as tf.GradSaveFunc)([u, twicePhi]);
    return {
      value: u.mul(twicePhi).mul(Math.SQRT1_2),
      gradFunc: (dy, saved) => {
        const [u, twicePhi] = saved as [tf.Tensor, tf.Tensor];
        const density = tf.sub(LOG_TWO_OVER_ROOT_PI, u.square()).exp();
        return (dy as tf.Tensor).mul(u.mul(density).add(twicePhi)).mul(0.5);
      },
    };
  });
  return op(x) as T;
}

const LOG_TWO_OVER_ROOT_PI = Math.log(2 / Math.sqrt(Math.PI));
