import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import { checkPositiveInteger, type ForwardContext, type Rng } from '@trimodal/core';
import { type AttentionMask, CrossAttentionLayer, LayerNorm } from '@trimodal/layers';

export type CrossModalReaderOptions = {
  dModel: number;
  numHeads: number;
  numLayers: number;
  hiddenDim?: number;
  dropoutRate?: number;
};

/**
 * The tokens of one modality as they read those of another, layer after layer, each time the ones that the other began with; then a LayerNorm.
 *
 * Shapes: tokens `[b, t, d]`, source `[b, s, d]`, sourceMask `[b, s]` (1 = there) -> `[b, t, d]`; from an absent source nothing flows in.
 * Source: the crossmodal transformer of MulT (Tsai et al. 2019).
 */
export class CrossModalReader {
  private readonly layers: readonly CrossAttentionLayer[];
  private readonly norm: LayerNorm;

  constructor({ numLayers, ...layer }: CrossModalReaderOptions, rng: Rng) {
    checkPositiveInteger('build CrossModalReader', 'numLayers', numLayers);
    this.layers = Array.from({ length: numLayers }, (_, i) => new CrossAttentionLayer(layer, rng.fork(`layers.${i}`)));
    this.norm = new LayerNorm({ dim: layer.dModel });
  }

  forward(tokens: Tensor3D, source: Tensor3D, sourceMask: Tensor2D | AttentionMask, ctx: ForwardContext): Tensor3D {
    return this.norm.forward(this.layers.reduce((x, layer) => layer.forward(x, source, sourceMask, ctx), tokens));
  }
}
