import * as tf from '@tensorflow/tfjs';
import { type ForwardContext, gelu, normalize, type Rng } from '@trimodal/core';
import { DepthwiseTemporalConv, Dropout, GRU, Linear } from '@trimodal/layers';

export type TemporalPathOptions = {
  dModel: number;
  kernelSize: number;
  dilations: readonly number[];
  temporal: 'conv' | 'gru';
  dropoutRate: number;
};

/**
 * What the order of one modality's tokens says: each token with its first difference, mixed over time.
 *
 * `h = W [x; dx]`, then for each dilation `h = h + gelu(conv(h))`, or `h = GRU(h)`; `T = W' h`, where `x` is normalised and
 * `dx_t = x_t - x_(t-1)` if both steps are there, else 0.
 *
 * Shapes: tokens `[b, t, d]`, mask `[b, t]` -> `[b, t, d]`; 0 at steps that aren't there, which nothing reads.
 */
export class TemporalPath {
  private readonly inProj: Linear;
  private readonly convs: readonly DepthwiseTemporalConv[];
  private readonly gru: GRU | null;
  private readonly outProj: Linear;
  private readonly dropout: Dropout;

  constructor({ dModel, kernelSize, dilations, temporal, dropoutRate }: TemporalPathOptions, rng: Rng) {
    this.inProj = new Linear({ inDim: 2 * dModel, outDim: dModel }, rng.fork('inProj'));
    this.convs =
      temporal === 'conv'
        ? dilations.map(
            (dilation, i) => new DepthwiseTemporalConv({ dim: dModel, kernelSize, dilation }, rng.fork(`convs.${i}`)),
          )
        : [];
    this.gru = temporal === 'gru' ? new GRU({ inDim: dModel, hiddenDim: dModel }, rng.fork('gru')) : null;
    this.outProj = new Linear({ inDim: dModel, outDim: dModel }, rng.fork('outProj'));
    this.dropout = new Dropout({ rate: dropoutRate });
  }

  forward(tokens: tf.Tensor3D, mask: tf.Tensor2D, ctx: ForwardContext): tf.Tensor3D {
    const there = mask.expandDims(-1) as tf.Tensor3D; // b t 1
    const x = normalize(tokens);
    const difference = x.sub(previousStep(x)).mul(there.mul(previousStep(there)));
    let h = this.inProj.forward(tf.concat([x, difference], -1)).mul(there) as tf.Tensor3D;
    for (const conv of this.convs) h = h.add(gelu(conv.forward(h)).mul(there));
    if (this.gru) h = this.gru.forward(h, mask).outputs;
    return this.dropout.forward(this.outProj.forward(h), ctx).mul(there) as tf.Tensor3D;
  }
}

/** `[b, t, d]` a step later; the first step gets 0. */
function previousStep(x: tf.Tensor3D): tf.Tensor3D {
  return tf
    .pad(x, [
      [0, 0],
      [1, 0],
      [0, 0],
    ])
    .slice([0, 0, 0], [-1, x.shape[1], -1]);
}
