import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import { checkPositiveInteger, type Encoder, type ForwardContext, type Rng, type Tokens } from '@trimodal/core';
import { Dropout, GRU } from '@trimodal/layers';
import { checkFeatures } from './features';

export type GruEncoderOptions = {
  inDim: number;
  hiddenDim: number;
  numLayers?: number;
  bidirectional?: boolean;
  inputDropoutRate?: number;
  dropoutRate?: number;
};

/**
 * Gated recurrent units over the steps that are there.
 *
 * `x = dropout(gru(x))` for each layer, after a dropout of its own on the features.
 *
 * Shapes: features `[b, t, inDim]`, mask `[b, t]` (1 = there) -> tokens `[b, t, dModel]`, 0 where the mask is; the same mask.
 * `dModel` is `2 hiddenDim` if bidirectional, else `hiddenDim`.
 * Source: Cho et al. 2014 and Schuster & Paliwal 1997, "Bidirectional Recurrent Neural Networks". Equals PyTorch's `nn.GRU` on packed
 * sequences; its dropout leaves out the last layer, ours doesn't.
 * @param options.hiddenDim Width of each direction.
 * @param options.inputDropoutRate Of the features; @param options.dropoutRate of the output of every layer.
 * @throws RangeError if a size is no positive integer, a rate is outside [0, 1] or a shape isn't as above.
 * @example new GruEncoder({ inDim: 5, hiddenDim: 2 }, new Rng(1)).dModel; // 4
 */
export class GruEncoder implements Encoder {
  readonly dModel: number;
  readonly layers: readonly GRU[];
  private readonly inDim: number;
  private readonly inputDropout: Dropout;
  private readonly dropout: Dropout;

  constructor(
    { inDim, hiddenDim, numLayers = 1, bidirectional = true, inputDropoutRate = 0, dropoutRate = 0 }: GruEncoderOptions,
    rng: Rng,
  ) {
    checkPositiveInteger('build GruEncoder', 'numLayers', numLayers);
    const dModel = bidirectional ? 2 * hiddenDim : hiddenDim;
    this.dModel = dModel;
    this.inDim = inDim;
    this.layers = Array.from(
      { length: numLayers },
      (_, i) => new GRU({ inDim: i === 0 ? inDim : dModel, hiddenDim, bidirectional }, rng.fork(`layers.${i}`)),
    );
    this.inputDropout = new Dropout({ rate: inputDropoutRate });
    this.dropout = new Dropout({ rate: dropoutRate });
  }

  forward(features: Tensor3D, mask: Tensor2D, ctx: ForwardContext): Tokens {
    checkFeatures('GruEncoder', features, mask, this.inDim);
    let x = this.inputDropout.forward(features, ctx);
    for (const layer of this.layers) x = this.dropout.forward(layer.forward(x, mask).outputs, ctx);
    return { tokens: x, mask };
  }
}
