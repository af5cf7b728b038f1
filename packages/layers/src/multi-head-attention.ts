import * as tf from '@tensorflow/tfjs';
import { checkPositiveInteger, checkShape, type ForwardContext, type Rng } from '@trimodal/core';
import { type AttentionMask, attentionMask } from './attention-mask';
import { Dropout } from './dropout';
import type { LayerNorm } from './layer-norm';
import { Linear } from './linear';

export type MultiHeadAttentionOptions = {
  dModel: number;
  numHeads: number;
  dropoutRate?: number;
  batchFirst?: boolean;
};

/**
 * Every query takes a weighted mean of the values of the keys that are there, in each of `numHeads` subspaces.
 *
 * `softmax(Q K^T / sqrt(dModel / numHeads)) V`, heads side by side, then `outProj`; dropout on the weights.
 *
 * Shapes: query `[b, tq, d]`, keyValue `[b, tk, d]`, keyMask `[b, tk]` (1 = there) -> `[b, tq, d]`.
 * A sample without any key gets exact zeros (no `outProj` bias either).
 * Source: Vaswani et al. 2017, "Attention Is All You Need". Ours: `keyProj` has no bias, as softmax cancels it and
 * it would never get a gradient; PyTorch's `nn.MultiheadAttention` has one, which changes nothing.
 * @param options.numHeads Must divide `dModel`.
 * @param options.batchFirst False takes and gives `[t, b, d]`, which spares the compiled form most transposes.
 * @throws RangeError if a size isn't as above.
 * @example attention.forward(x, x, mask, INFERENCE); // self-attention
 */
export class MultiHeadAttention {
  readonly queryProj: Linear;
  readonly keyProj: Linear;
  readonly valueProj: Linear;
  readonly outProj: Linear;
  private readonly dropout: Dropout;
  private readonly numHeads: number;
  private readonly batchFirst: boolean;

  constructor({ dModel, numHeads, dropoutRate = 0, batchFirst = true }: MultiHeadAttentionOptions, rng: Rng) {
    checkPositiveInteger('build MultiHeadAttention', 'dModel', dModel);
    checkPositiveInteger('build MultiHeadAttention', 'numHeads', numHeads);
    if (dModel % numHeads !== 0) {
      throw new RangeError(
        `Cannot build MultiHeadAttention as dModel must be divisible by numHeads: got dModel=${dModel}, numHeads=${numHeads}.`,
      );
    }
    const square = { inDim: dModel, outDim: dModel };
    this.queryProj = new Linear(square, rng.fork('queryProj'));
    this.keyProj = new Linear({ ...square, useBias: false }, rng.fork('keyProj'));
    this.valueProj = new Linear(square, rng.fork('valueProj'));
    this.outProj = new Linear(square, rng.fork('outProj'));
    this.dropout = new Dropout({ rate: dropoutRate });
    this.numHeads = numHeads;
    this.batchFirst = batchFirst;
  }

  /**
   * @param keyMask A mask, or what `attentionMask` made of it once for several layers.
   * @param norms The normalisations that queries and keys come from by `standardize`, as in `Linear.forward`.
   */
  forward(
    query: tf.Tensor3D,
    keyValue: tf.Tensor3D,
    keyMask: tf.Tensor2D | AttentionMask,
    ctx: ForwardContext,
    norms?: { readonly query: LayerNorm; readonly keyValue: LayerNorm },
  ): tf.Tensor3D {
    const dModel = this.queryProj.inDim;
    const [batchAxis, timeAxis] = this.batchFirst ? ([0, 1] as const) : ([1, 0] as const);
    const batch = query.shape[batchAxis]!;
    checkShape('attend', 'query', query, [null, null, dModel]);
    checkShape('attend', 'keyValue', keyValue, this.batchFirst ? [batch, null, dModel] : [null, batch, dModel]);
    if (keyMask instanceof tf.Tensor) checkShape('attend', 'keyMask', keyMask, [batch, keyValue.shape[timeAxis]!]);
    const { bias, anyKey } = keyMask instanceof tf.Tensor ? attentionMask(keyMask) : keyMask;
    const q = this.splitHeads(this.queryProj.forward(query, norms?.query).mul(Math.sqrt(this.numHeads / dModel)));
    const k = this.splitHeads(this.keyProj.forward(keyValue, norms?.keyValue));
    const v = this.splitHeads(this.valueProj.forward(keyValue, norms?.keyValue));
    const scoresOfSample = this.numHeads * query.shape[timeAxis]! * keyValue.shape[timeAxis]!;
    const sizes = ctx.training ? groupSizes(batch, scoresOfSample) : [batch];
    const mixed =
      sizes.length === 1 ? this.mix(q, k, v, bias, ctx) : this.mixInGroups(q, k, v, bias, ctx, sizes, batchAxis);
    const read = this.outProj.forward(mixed.reshape<tf.Tensor3D>(query.shape));
    return read.mul(this.batchFirst ? anyKey : anyKey.reshape([1, batch, 1]));
  }

  /** q, k and v `[b, t, h, d/h]`, or `[t, b, h, d/h]` -> the values that each query reads, as q. */
  private mix(q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D, bias: tf.Tensor4D, ctx: ForwardContext): tf.Tensor4D {
    const { rows, columns, joined } = this.batchFirst ? BATCH_FIRST : TIME_FIRST;
    // products of transposed operands are slower than transposes
    const weights = tf.softmax(tf.matMul(q.transpose(rows), k.transpose(columns)).add(bias)); // b h tq tk
    return tf.matMul(this.dropout.forward(weights, ctx), v.transpose<tf.Tensor4D>(rows)).transpose(joined);
  }

  private mixInGroups(
    q: tf.Tensor4D,
    k: tf.Tensor4D,
    v: tf.Tensor4D,
    bias: tf.Tensor4D,
    ctx: ForwardContext,
    sizes: number[],
    batchAxis: 0 | 1,
  ): tf.Tensor4D {
    const groups = (x: tf.Tensor4D, axis: number) => tf.split(x, sizes, axis) as tf.Tensor4D[];
    const [qs, ks, vs, biases] = [groups(q, batchAxis), groups(k, batchAxis), groups(v, batchAxis), groups(bias, 0)];
    return tf.concat(
      qs.map((group, i) => this.mix(group, ks[i]!, vs[i]!, biases[i]!, ctx)),
      batchAxis,
    );
  }

  /** `[..., d]` -> `[..., h, d/h]` */
  private splitHeads(x: tf.Tensor3D): tf.Tensor4D {
    const [first, second, dModel] = x.shape;
    return x.reshape([first, second, this.numHeads, dModel / this.numHeads]);
  }
}

/** Scores that a processor keeps close, 4 MB: those of long sequences are made for a few samples at a time. */
const SCORES_AT_ONCE = 2 ** 20;

function groupSizes(batch: number, scoresOfSample: number): number[] {
  if (batch * scoresOfSample <= 4 * SCORES_AT_ONCE) return [batch];
  const size = Math.max(1, Math.floor(SCORES_AT_ONCE / scoresOfSample));
  const whole = Array<number>(Math.floor(batch / size)).fill(size);
  const rest = batch - whole.length * size;
  return rest > 0 ? [...whole, rest] : whole;
}

/** From tokens with split heads to `[b, h, t, d/h]` and `[b, h, d/h, t]`, and from the first back. */
const BATCH_FIRST = { rows: [0, 2, 1, 3], columns: [0, 2, 3, 1], joined: [0, 2, 1, 3] };
const TIME_FIRST = { rows: [1, 2, 0, 3], columns: [1, 2, 3, 0], joined: [2, 0, 1, 3] };
