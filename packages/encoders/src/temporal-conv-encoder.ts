import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import { checkPositiveInteger, type Encoder, type ForwardContext, type Rng, type Tokens } from '@trimodal/core';
import { Dropout, TemporalConv } from '@trimodal/layers';
import { checkFeatures, keepPresent } from './features';

export type TemporalConvEncoderOptions = {
  inDim: number;
  dModel: number;
  kernelSize?: number;
  numLayers?: number;
  dropoutRate?: number;
};

/**
 * Convolutions over time, a relu between them.
 *
 * `x = mask conv(dropout(x))`, `x = relu(x)` before each further layer.
 *
 * Shapes: features `[b, t, inDim]`, mask `[b, t]` (1 = there) -> tokens `[b, t, dModel]`, 0 where the mask is; the same mask.
 * A step that isn't there counts as 0 in every layer, whatever it holds.
 * Source: the low-level encoder of Li et al. 2023, "Decoupled Multimodal Distilling for Emotion Recognition" (one layer, no bias there);
 * more than one layer and the relu are ours.
 * @throws RangeError if a size is no positive integer, a rate is outside [0, 1] or a shape isn't as above.
 * @example new TemporalConvEncoder({ inDim: 5, dModel: 4 }, new Rng(1)).forward(features, mask, INFERENCE);
 */
export class TemporalConvEncoder implements Encoder {
  readonly dModel: number;
  readonly layers: readonly TemporalConv[];
  private readonly dropout: Dropout;
  private readonly inDim: number;

  constructor({ inDim, dModel, kernelSize = 3, numLayers = 1, dropoutRate = 0 }: TemporalConvEncoderOptions, rng: Rng) {
    checkPositiveInteger('build TemporalConvEncoder', 'numLayers', numLayers);
    this.dModel = dModel;
    this.inDim = inDim;
    this.layers = Array.from(
      { length: numLayers },
      (_, i) =>
        new TemporalConv({ inDim: i === 0 ? inDim : dModel, outDim: dModel, kernelSize }, rng.fork(`layers.${i}`)),
    );
    this.dropout = new Dropout({ rate: dropoutRate });
  }

  forward(features: Tensor3D, mask: Tensor2D, ctx: ForwardContext): Tokens {
    checkFeatures('TemporalConvEncoder', features, mask, this.inDim);
    let x = keepPresent(features, mask);
    for (const [i, layer] of this.layers.entries()) {
      const input = i === 0 ? x : x.relu<Tensor3D>();
      x = keepPresent(layer.forward(this.dropout.forward(input, ctx)), mask);
    }
    return { tokens: x, mask };
  }
}
