import * as tf from '@tensorflow/tfjs';
import {
  checkShape,
  type ForwardContext,
  type Fusion,
  forModalities,
  MODALITIES,
  type Modality,
  mapModalities,
  type Parts,
  type PerModality,
  type Rng,
  valueFor,
  valuesOf,
} from '@trimodal/core';
import { attentionMask, Mlp, sinusoidalPositions, TransformerEncoder } from '@trimodal/layers';
import { CrossModalReader } from './cross-modal-reader';
import { PartPooling, type PartPoolingOptions } from './part-pooling';

export type CrossModalFusionOptions = PartPoolingOptions & {
  numHeads?: number;
  numLayers?: number;
  numSelfLayers?: number;
  hiddenDim?: number;
  positions?: 'sinusoidal' | 'none';
  dropoutRate?: number;
};
export type CrossModalFusionOutput = {
  fused: tf.Tensor2D;
  /** The tokens of each modality after they read the others, `[b, t_m, (m - 1) d]`. */
  streams: PerModality<tf.Tensor3D>;
};

/**
 * Every modality reads each of the others, step by step, and what it found is summed up.
 *
 * `stream_m = selfAttention([read(x_m, x_n) for n != m])`, `z = [pool stream_m for m]`, `fused = z + mlp(z)`; x_m are the tokens of m, of several
 * slots their sum, plus positions. A modality alone has no one to read: its stream is its own tokens.
 *
 * Shapes: parts `[b, t_m, d]`, mask `[b, t_m]`, present `[b, 3]` -> fused `[b, m w]`, streams `[b, t_m, w]`, `w = max(1, m - 1) d` for m modalities;
 * from an absent modality nothing flows, and its place in `z` is 0.
 * Source: MulT (Tsai et al. 2019, "Multimodal Transformer for Unaligned Multimodal Language Sequences"). Ours: a pool of the tokens that are there
 * instead of the last one, gelu, and tokens that aren't scaled by `sqrt(d)`.
 * @param options.dModel Width d; divisible by numHeads.
 * @param options.numLayers Of each of the readers.
 * @param options.numSelfLayers Of the self-attention of each stream.
 * @param options.hiddenDim Width of the feed-forward networks of the readers, by default `4 dModel`; the streams' are wider as they are.
 * @param options.slots Which kinds of part are read.
 * @param options.pooling 'mean' of the tokens that are there, or 'attention' with a learned query a modality.
 * @throws RangeError if dModel isn't divisible by numHeads, a size is no positive integer, or there is no part to read or one is missing;
 * TypeError or RangeError if a tensor has another shape.
 * @example new CrossModalFusion({ dModel: 4, numHeads: 2 }, new Rng(1)).forward(parts, present, INFERENCE).fused.shape; // [2, 24]
 */
export class CrossModalFusion implements Fusion<CrossModalFusionOutput> {
  readonly outDim: number;
  private readonly dModel: number;
  private readonly slots: NonNullable<PartPoolingOptions['slots']>;
  private readonly usePositions: boolean;
  private readonly readers: PerModality<PerModality<CrossModalReader>>;
  private readonly encoders: PerModality<TransformerEncoder>;
  private readonly pooling: PartPooling;
  private readonly mlp: Mlp;

  constructor(
    {
      dModel,
      modalities: asked = MODALITIES,
      slots = ['shared', 'private'],
      pooling = 'mean',
      numHeads = 4,
      numLayers = 2,
      numSelfLayers = 1,
      hiddenDim = 4 * dModel,
      positions = 'sinusoidal',
      dropoutRate = 0.1,
    }: CrossModalFusionOptions,
    rng: Rng,
  ) {
    const modalities = MODALITIES.filter((modality) => asked.includes(modality)); // in the fixed order
    const width = Math.max(1, modalities.length - 1) * dModel;
    this.outDim = modalities.length * width;
    this.dModel = dModel;
    this.slots = slots;
    this.usePositions = positions === 'sinusoidal';
    const layer = { dModel, numHeads, hiddenDim, dropoutRate };
    const others = (modality: Modality) => modalities.filter((other) => other !== modality);
    this.readers = forModalities(modalities, (modality) =>
      forModalities(
        others(modality),
        (other) => new CrossModalReader({ ...layer, numLayers }, rng.fork(`readers.${modality}.${other}`)),
      ),
    );
    const wide = { ...layer, dModel: width, hiddenDim: (hiddenDim * width) / dModel, numLayers: numSelfLayers };
    this.encoders = forModalities(
      modalities,
      (modality) => new TransformerEncoder(wide, rng.fork(`encoders.${modality}`)),
    );
    this.pooling = new PartPooling({ dModel: width, modalities, slots: ['private'], pooling }, rng.fork('pooling'));
    const sizes = { inDim: this.outDim, hiddenDim: this.outDim, outDim: this.outDim };
    this.mlp = new Mlp({ ...sizes, dropoutRate }, rng.fork('mlp'));
  }

  forward(parts: Parts, present: tf.Tensor2D, ctx: ForwardContext): CrossModalFusionOutput {
    const tokens = mapModalities(this.encoders, (_, modality) => this.join(parts, modality));
    const mask = mapModalities(tokens, (_, modality) => valueFor(parts.mask, modality));
    const keys = mapModalities(mask, attentionMask);
    const streams = mapModalities(tokens, (own, modality) => {
      const read = mapModalities(valueFor(this.readers, modality), (reader, other) =>
        reader.forward(own, valueFor(tokens, other), valueFor(keys, other), ctx),
      );
      const found = valuesOf(read);
      const stream = found.length === 0 ? own : tf.concat(found, -1); // b t w
      const there = valueFor(mask, modality);
      return valueFor(this.encoders, modality).forward(stream, there, ctx).mul<tf.Tensor3D>(there.expandDims(-1));
    });
    const { pooled } = this.pooling.forward({ shared: {}, private: streams, mask }, present);
    const joined = pooled.reshape<tf.Tensor2D>([-1, this.outDim]);
    return { fused: joined.add(this.mlp.forward(joined, ctx)), streams };
  }

  /** The tokens of a modality, of several slots their sum, at their positions. */
  private join(parts: Parts, modality: Modality): tf.Tensor3D {
    const tokens = this.slots.map((slot) => {
      const part = valueFor(parts[slot], modality);
      checkShape('fuse parts', `${slot}.${modality}`, part, [null, null, this.dModel]);
      return part;
    });
    const sum = tokens.reduce((a, b) => a.add(b));
    return this.usePositions ? sum.add(sinusoidalPositions(sum.shape[1], this.dModel)) : sum;
  }
}
