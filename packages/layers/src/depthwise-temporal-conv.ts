import * as tf from '@tensorflow/tfjs';
import { checkPositiveInteger, checkShape, type Rng } from '@trimodal/core';
import { shiftTime, tapOffsets } from './time-shifts';
import { uniformWeight } from './weights';

export type DepthwiseTemporalConvOptions = { dim: number; kernelSize?: number; dilation?: number; causal?: boolean };

/**
 * Convolution over time of every channel with a kernel of its own; the length stays, and zeros stand outside of the sequence.
 *
 * `y_t = bias + sum_j weight_j x_(t + j dilation - left)`, channel by channel, `left` as in TemporalConv.
 *
 * Shapes: x `[b, t, dim]` -> `[b, t, dim]`; weight `[kernelSize, dim]`.
 * Source: PyTorch's `nn.Conv1d(groups=dim, padding='same')`, initialisation included.
 * @throws RangeError if a size is no positive integer or the last axis of x isn't `dim`.
 * @example new DepthwiseTemporalConv({ dim: 4, dilation: 2 }, new Rng(1)).forward(tf.zeros([2, 3, 4])).shape; // [2, 3, 4]
 */
export class DepthwiseTemporalConv {
  readonly weight: tf.Variable<tf.Rank.R2>;
  readonly bias: tf.Variable<tf.Rank.R1>;
  private readonly offsets: readonly number[];

  constructor({ dim, kernelSize = 3, dilation = 1, causal = false }: DepthwiseTemporalConvOptions, rng: Rng) {
    for (const [name, size] of Object.entries({ dim, kernelSize, dilation })) {
      checkPositiveInteger('build DepthwiseTemporalConv', name, size);
    }
    const bound = 1 / Math.sqrt(kernelSize);
    this.weight = uniformWeight<tf.Rank.R2>([kernelSize, dim], bound, rng.fork('weight'));
    this.bias = uniformWeight<tf.Rank.R1>([dim], bound, rng.fork('bias'));
    this.offsets = tapOffsets({ kernelSize, dilation, causal });
  }

  forward(x: tf.Tensor3D): tf.Tensor3D {
    checkShape('apply DepthwiseTemporalConv', 'x', x, [null, null, this.bias.size]);
    return tf
      .unstack(this.weight)
      .map((tap, j) => shiftTime(x, this.offsets[j]!).mul<tf.Tensor3D>(tap))
      .reduce((sum, tap) => sum.add(tap))
      .add(this.bias);
  }
}
