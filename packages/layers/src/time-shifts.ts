import * as tf from '@tensorflow/tfjs';

export type KernelShape = { kernelSize: number; dilation: number; causal: boolean };

/**
 * The `kernelSize` shifted copies of a sequence that a temporal convolution reads, zero outside of it.
 *
 * Copy j at step t is step `t + j dilation - left`, where `left` is all of the reach if causal, else half of it (rounded down).
 * Shapes: x `[b, t, d]` -> kernelSize times `[b, t, d]`.
 */
export function timeShifts(x: tf.Tensor3D, { kernelSize, dilation, causal }: KernelShape): tf.Tensor3D[] {
  const [, time, dim] = x.shape;
  const reach = (kernelSize - 1) * dilation;
  if (reach === 0) return [x];
  const left = causal ? reach : Math.floor(reach / 2);
  const padded = tf.pad3d(x, [
    [0, 0],
    [left, reach - left],
    [0, 0],
  ]);
  return Array.from({ length: kernelSize }, (_, j) => tf.slice3d(padded, [0, j * dilation, 0], [-1, time, dim]));
}
