import * as tf from '@tensorflow/tfjs';
import type { ForwardContext, Rng } from '@trimodal/core';
import { Mlp } from '@trimodal/layers';

export type PartDecoderOptions = { dModel: number; numParts?: number; hiddenDim?: number; dropoutRate?: number };

/**
 * Decodes the tokens of a modality from its parts, side by side: `D(P_m, S_m) = MLP([P_m; S_m])`, gelu.
 *
 * Shapes: parts `[b, t, d]` each -> `[b, t, d]`.
 * Source: a decoder of private and shared part is MISA's (Hazarika et al. 2020) and HRLF's; two layers are ours.
 * @param options.numParts How many parts are given, by default 2.
 * @param options.hiddenDim Width of the hidden layer, by default `2 dModel`.
 * @throws RangeError if a size is no positive integer, or other parts are given than asked for.
 * @example new PartDecoder({ dModel: 4 }, new Rng(1)).forward([privatePart, shared], INFERENCE).shape; // [2, 3, 4]
 */
export class PartDecoder {
  private readonly mlp: Mlp;

  constructor({ dModel, numParts = 2, hiddenDim = 2 * dModel, dropoutRate = 0 }: PartDecoderOptions, rng: Rng) {
    const sizes = { inDim: numParts * dModel, hiddenDim, outDim: dModel };
    this.mlp = new Mlp({ ...sizes, dropoutRate, activation: 'gelu' }, rng.fork('mlp'));
  }

  forward(parts: readonly tf.Tensor3D[], ctx: ForwardContext): tf.Tensor3D {
    return this.mlp.forward(parts.length === 1 ? parts[0]! : tf.concat([...parts], -1), ctx);
  }
}
