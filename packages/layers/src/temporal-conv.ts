import * as tf from '@tensorflow/tfjs';
import { checkPositiveInteger, checkShape, type Rng } from '@trimodal/core';
import { timeShifts } from './time-shifts';
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
 * `y_t = bias + sum_j x_(t + j dilation - left) weight_j`, `left = (kernelSize - 1) dilation` if causal, else half of it (rounded down):
 * the shifted copies side by side, times all weights, in one matrix product.
 *
 * Shapes: x `[b, t, inDim]` -> `[b, t, outDim]`; weight `[kernelSize, inDim, outDim]`.
 * Source: PyTorch's `nn.Conv1d(padding='same')`, initialisation included; its weight is ours with the axes reversed.
 * @throws RangeError if a size is no positive integer or the last axis of x isn't `inDim`.
 * @example new TemporalConv({ inDim: 4, outDim: 5 }, new Rng(1)).forward(tf.zeros([2, 3, 4])).shape; // [2, 3, 5]
 */
export class TemporalConv {
  readonly weight: tf.Variable<tf.Rank.R3>;
  readonly bias: tf.Variable<tf.Rank.R1> | null;
  private readonly dilation: number;
  private readonly causal: boolean;

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
    this.dilation = dilation;
    this.causal = causal;
  }

  forward(x: tf.Tensor3D): tf.Tensor3D {
    const [kernelSize, inDim, outDim] = this.weight.shape;
    checkShape('apply TemporalConv', 'x', x, [null, null, inDim]);
    const [batch, time] = x.shape;
    const shifts = timeShifts(x, { kernelSize, dilation: this.dilation, causal: this.causal });
    const columns = tf.concat(shifts, 2).reshape<tf.Tensor2D>([batch * time, kernelSize * inDim]);
    const product = columns.matMul(this.weight.reshape<tf.Tensor2D>([kernelSize * inDim, outDim]));
    return (this.bias ? product.add(this.bias) : product).reshape([batch, time, outDim]);
  }
}
