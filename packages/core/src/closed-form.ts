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
  const op = tf.customGrad((value, save) => {
    const input = value as tf.Tensor;
    const cdf = input.mul(Math.SQRT1_2).erf().add(1).mul(0.5);
    (save as tf.GradSaveFunc)([input, cdf]);
    return {
      value: input.mul(cdf),
      gradFunc: (dy, saved) => {
        const [x, phi] = saved as [tf.Tensor, tf.Tensor];
        const density = x
          .square()
          .mul(-0.5)
          .exp()
          .mul(1 / Math.sqrt(2 * Math.PI));
        return (dy as tf.Tensor).mul(phi.add(x.mul(density)));
      },
    };
  });
  return op(x) as T;
}
