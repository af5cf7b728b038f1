import * as tf from '@tensorflow/tfjs';
import { checkPositiveInteger, checkShape, type Rng } from '@trimodal/core';
import { shiftTime, tapOffsets } from './time-shifts';
import { uniformWeight } from './weights';

export type TemporalConvOptions = {
  inDim: number;
  outDim: number;
  kernelSize?: number;
  dilation?: number;
  causal?: boolean;
  useBias?: boolean;
};

/**
 * Convolution over time; the length stays, and zeros stand outside of the sequence.
 *
 * `y_t = bias + sum_j x_(t + j dilation - left) weight_j`, `left = (kernelSize - 1) dilation` if causal, else half of it (rounded down).
 * The narrower side is shifted: copies of x side by side times all weights in one product, or, if `inDim > outDim`, one product a tap.
 *
 * Shapes: x `[b, t, inDim]` -> `[b, t, outDim]`; weight `[kernelSize, inDim, outDim]`.
 * Source: PyTorch's `nn.Conv1d(padding='same')`, initialisation included; its weight is ours with the axes reversed.
 * @throws RangeError if a size is no positive integer or the last axis of x isn't `inDim`.
 * @example new TemporalConv({ inDim: 4, outDim: 5 }, new Rng(1)).forward(tf.zeros([2, 3, 4])).shape; // [2, 3, 5]
 */
export class TemporalConv {
  readonly weight: tf.Variable<tf.Rank.R3>;
  readonly bias: tf.Variable<tf.Rank.R1> | null;
  private readonly offsets: readonly number[];

  constructor(
    { inDim, outDim, kernelSize = 3, dilation = 1, causal = false, useBias = true }: TemporalConvOptions,
    rng: Rng,
  ) {
    for (const [name, size] of Object.entries({ inDim, outDim, kernelSize, dilation })) {
      checkPositiveInteger('build TemporalConv', name, size);
    }
    const bound = 1 / Math.sqrt(inDim * kernelSize);
    this.weight = uniformWeight<tf.Rank.R3>([kernelSize, inDim, outDim], bound, rng.fork('weight'));
    this.bias = useBias ? uniformWeight<tf.Rank.R1>([outDim], bound, rng.fork('bias')) : null;
    this.offsets = tapOffsets({ kernelSize, dilation, causal });
  }

  forward(x: tf.Tensor3D): tf.Tensor3D {
    const [, inDim, outDim] = this.weight.shape;
    checkShape('apply TemporalConv', 'x', x, [null, null, inDim]);
    const sum = inDim > outDim ? this.shiftOutputs(x) : this.shiftInputs(x);
    return this.bias ? sum.add(this.bias) : sum;
  }

  private shiftInputs(x: tf.Tensor3D): tf.Tensor3D {
    const [kernelSize, inDim, outDim] = this.weight.shape;
    const [batch, time] = x.shape;
    const copies = this.offsets.map((steps) => shiftTime(x, steps));
    const columns = tf.concat(copies, 2).reshape<tf.Tensor2D>([batch * time, kernelSize * inDim]);
    return columns.matMul(this.weight.reshape([kernelSize * inDim, outDim])).reshape([batch, time, outDim]);
  }

  private shiftOutputs(x: tf.Tensor3D): tf.Tensor3D {
    const [batch, time, inDim] = x.shape;
    const rows = x.reshape<tf.Tensor2D>([batch * time, inDim]);
    const products = tf.unstack(this.weight).map((tap) => rows.matMul(tap as tf.Tensor2D).reshape([batch, time, -1]));
    return products
      .map((product, j) => shiftTime(product as tf.Tensor3D, this.offsets[j]!))
      .reduce((sum, product) => sum.add(product));
  }
}
