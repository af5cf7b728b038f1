import type { Tensor2D } from '@tensorflow/tfjs';
import type { ForwardContext, Head, Rng } from '@trimodal/core';
import { Dropout, Linear } from '@trimodal/layers';

export type LinearHeadOptions = { inDim: number; outDim: number; dropoutRate?: number };

/** Dropout, then one affine map: `[b, inDim] -> [b, outDim]`. */
export class LinearHead implements Head {
  private readonly dropout: Dropout;
  private readonly outProj: Linear;

  constructor({ inDim, outDim, dropoutRate = 0.1 }: LinearHeadOptions, rng: Rng) {
    this.dropout = new Dropout({ rate: dropoutRate });
    this.outProj = new Linear({ inDim, outDim }, rng.fork('outProj'));
  }

  forward(fused: Tensor2D, ctx: ForwardContext): Tensor2D {
    return this.outProj.forward(this.dropout.forward(fused, ctx)) as Tensor2D;
  }
}
