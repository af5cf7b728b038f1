import * as tf from '@tensorflow/tfjs';

export type KernelReach = { kernelSize: number; dilation: number; causal: boolean };

/**
 * How many steps ahead each tap of a temporal kernel reads.
 *
 * Tap j reads `j dilation - left`, where `left` is all of the reach if causal, else half of it (rounded down).
 */
export function tapOffsets({ kernelSize, dilation, causal }: KernelReach): number[] {
  const reach = (kernelSize - 1) * dilation;
  const left = causal ? reach : Math.floor(reach / 2);
  return Array.from({ length: kernelSize }, (_, j) => j * dilation - left);
}

/** The sequence some steps ahead, zero outside of it: `y_t = x_(t + steps)`, `[b, t, d]` -> the same. */
export function shiftTime(x: tf.Tensor3D, steps: number): tf.Tensor3D {
  if (steps === 0) return x;
  const [, time, dim] = x.shape;
  const padded = tf.pad3d(x, [
    [0, 0],
    [Math.max(0, -steps), Math.max(0, steps)],
    [0, 0],
  ]);
  return tf.slice3d(padded, [0, Math.max(0, steps), 0], [-1, time, dim]);
}
