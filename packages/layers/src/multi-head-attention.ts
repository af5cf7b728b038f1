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
    const [batchAxis, timeAxis] = this.batchFirst ? [0, 1] : [1, 0];
    const batch = query.shape[batchAxis]!;
    checkShape('attend', 'query', query, [null, null, dModel]);
    checkShape('attend', 'keyValue', keyValue, this.batchFirst ? [batch, null, dModel] : [null, batch, dModel]);
    if (keyMask instanceof tf.Tensor) checkShape('attend', 'keyMask', keyMask, [batch, keyValue.shape[timeAxis]!]);
    const { bias, anyKey } = keyMask instanceof tf.Tensor ? attentionMask(keyMask) : keyMask;
    const { rows, columns, joined } = this.batchFirst ? BATCH_FIRST : TIME_FIRST;
    const q = this.splitHeads(this.queryProj.forward(query, norms?.query).mul(Math.sqrt(this.numHeads / dModel)), rows);
    const k = this.splitHeads(this.keyProj.forward(keyValue, norms?.keyValue), columns); // b h d/h tk: products of transposed operands are slower
    const v = this.splitHeads(this.valueProj.forward(keyValue, norms?.keyValue), rows);
    const weights = tf.softmax(tf.matMul(q, k).add(bias)); // b h tq tk
    const mixed = tf.matMul(this.dropout.forward(weights, ctx), v); // b h tq d/h
    const read = this.outProj.forward(mixed.transpose(joined).reshape<tf.Tensor3D>(query.shape));
    return read.mul(this.batchFirst ? anyKey : anyKey.reshape([1, batch, 1]));
  }

  /** `[b, t, d]` -> an order of `[b, t, h, d/h]`, or the same from `[t, b, d]`. */
  private splitHeads(x: tf.Tensor3D, order: readonly number[]): tf.Tensor4D {
    const [first, second, dModel] = x.shape;
    return x.reshape<tf.Tensor4D>([first, second, this.numHeads, dModel / this.numHeads]).transpose([...order]);
  }
}

/** From tokens with split heads to `[b, h, t, d/h]` and `[b, h, d/h, t]`, and from the first back to tokens. */
const BATCH_FIRST = { rows: [0, 2, 1, 3], columns: [0, 2, 3, 1], joined: [0, 2, 1, 3] };
const TIME_FIRST = { rows: [1, 2, 0, 3], columns: [1, 2, 3, 0], joined: [2, 0, 1, 3] };
