import * as tf from '@tensorflow/tfjs';
import {
  checkShape,
  type Disentangler,
  type ForwardContext,
  forModalities,
  MODALITIES,
  type Modality,
  mapModalities,
  type Parts,
  type PerModality,
  type Rng,
  type Tokens,
  valueFor,
} from '@trimodal/core';
import { Linear, TransformerEncoder } from '@trimodal/layers';
import { TokenMlp } from './token-mlp';

export type SharedPrivateOptions = {
  dModel: number;
  modalities?: readonly Modality[];
  encoder?: 'transformer' | 'mlp';
  numHeads?: number;
  numLayers?: number;
  hiddenDim?: number;
  dropoutRate?: number;
};

export type SharedPrivateOutput = Parts & {
  /** The tokens as decoded from both parts, `[b, t_m, d]`. */
  readonly reconstructed: PerModality<tf.Tensor3D>;
  /** The private part of the decoded tokens, `[b, t_m, d]`; in training only, where its objective needs it. */
  readonly cycled?: PerModality<tf.Tensor3D>;
};

type PartEncoder = TransformerEncoder | TokenMlp;

/**
 * Splits the tokens of each modality into a part that all modalities have in common and one of its own.
 *
 * `C_m = E_shared(H_m)`, `P_m = E_m(H_m)`, `decoded_m = W_m [C_m; P_m] + b_m`, and in training `cycled_m = E_m(decoded_m)`. One
 * shared encoder with common weights reads every modality by itself; a private encoder and a decoder belong to each.
 *
 * Shapes: tokens `[b, t_m, d]`, mask `[b, t_m]` -> all parts `[b, t_m, d]`, 0 at tokens that aren't there.
 * Source: the "standard decoupling stage" that DBR (arXiv 2604.25179) builds on, in the form of DMD (Li et al. 2023, "Decoupled
 * Multimodal Distilling") with its linear decoders and cycle. Ours: pre-norm transformers, and a last LayerNorm on both parts,
 * so that neither can shrink to please a loss.
 * @param options.dModel Width d; divisible by numHeads.
 * @param options.encoder 'transformer' of numLayers layers, or 'mlp': each token by itself.
 * @throws RangeError if dModel isn't divisible by numHeads; TypeError or RangeError if tokens or masks have other shapes.
 * @example
 * const disentangler = new SharedPrivateDisentangler({ dModel: 32 }, new Rng(1));
 * const { shared, private: own } = disentangler.forward({ text: { tokens, mask }, audio, vision }, present, INFERENCE);
 */
export class SharedPrivateDisentangler implements Disentangler<SharedPrivateOutput> {
  private readonly dModel: number;
  private readonly modalities: readonly Modality[];
  private readonly sharedEncoder: PartEncoder;
  private readonly privateEncoders: PerModality<PartEncoder>;
  private readonly decoders: PerModality<Linear>;

  constructor(
    {
      dModel,
      modalities: asked = MODALITIES,
      encoder = 'transformer',
      numHeads = 4,
      numLayers = 2,
      hiddenDim = 4 * dModel,
      dropoutRate = 0.1,
    }: SharedPrivateOptions,
    rng: Rng,
  ) {
    const modalities = MODALITIES.filter((modality) => asked.includes(modality)); // in the fixed order
    this.dModel = dModel;
    this.modalities = modalities;
    const partEncoder = (name: string): PartEncoder =>
      encoder === 'transformer'
        ? new TransformerEncoder({ dModel, numHeads, numLayers, hiddenDim, dropoutRate }, rng.fork(name))
        : new TokenMlp({ dModel, hiddenDim, dropoutRate }, rng.fork(name));
    this.sharedEncoder = partEncoder('sharedEncoder');
    this.privateEncoders = forModalities(modalities, (modality) => partEncoder(`privateEncoders.${modality}`));
    this.decoders = forModalities(
      modalities,
      (modality) => new Linear({ inDim: 2 * dModel, outDim: dModel }, rng.fork(`decoders.${modality}`)),
    );
  }

  forward(tokens: PerModality<Tokens>, _present: tf.Tensor2D, ctx: ForwardContext): SharedPrivateOutput {
    const own = forModalities(this.modalities, (modality) => this.check(valueFor(tokens, modality), modality));
    const mask = mapModalities(own, (x) => x.mask);
    const shared = this.encodeShared(own, ctx);
    const encodePrivate = (xs: PerModality<tf.Tensor3D>) =>
      mapModalities(xs, (x, modality) =>
        encode(valueFor(this.privateEncoders, modality), x, valueFor(mask, modality), ctx),
      );
    const privatePart = encodePrivate(mapModalities(own, (x) => x.tokens));
    const reconstructed = mapModalities(this.decoders, (decoder, modality) => {
      const parts = tf.concat([valueFor(shared, modality), valueFor(privatePart, modality)], -1); // b t 2d
      return decoder.forward(parts).mul(valueFor(mask, modality).expandDims(-1)) as tf.Tensor3D;
    });
    const output = { shared, private: privatePart, mask, reconstructed };
    return ctx.training ? { ...output, cycled: encodePrivate(reconstructed) } : output;
  }

  /** Modalities of one length go through the shared encoder as one batch. */
  private encodeShared(own: PerModality<Tokens>, ctx: ForwardContext): PerModality<tf.Tensor3D> {
    const shared: { [M in Modality]?: tf.Tensor3D } = {};
    const lengths = new Set(this.modalities.map((modality) => valueFor(own, modality).tokens.shape[1]));
    for (const length of lengths) {
      const alike = this.modalities.filter((modality) => valueFor(own, modality).tokens.shape[1] === length);
      const tokens = tf.concat(alike.map((modality) => valueFor(own, modality).tokens)); // m*b t d
      const mask = tf.concat(alike.map((modality) => valueFor(own, modality).mask));
      const encoded = encode(this.sharedEncoder, tokens, mask, ctx);
      // The gradient of a split into one piece throws (TensorFlow.js 4.22).
      const parts = alike.length === 1 ? [encoded] : (tf.split(encoded, alike.length) as tf.Tensor3D[]);
      for (const [i, modality] of alike.entries()) shared[modality] = parts[i]!;
    }
    return mapModalities(own, (_, modality) => valueFor(shared, modality));
  }

  private check(own: Tokens, modality: Modality): Tokens {
    const what = 'split shared and private parts';
    checkShape(what, `the tokens of ${modality}`, own.tokens, [null, null, this.dModel]);
    checkShape(what, `the mask of ${modality}`, own.mask, own.tokens.shape.slice(0, 2));
    return own;
  }
}

/** 0 at tokens that aren't there. */
function encode(encoder: PartEncoder, x: tf.Tensor3D, mask: tf.Tensor2D, ctx: ForwardContext): tf.Tensor3D {
  return encoder.forward(x, mask, ctx).mul(mask.expandDims(-1));
}
