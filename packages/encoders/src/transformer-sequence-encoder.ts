import * as tf from '@tensorflow/tfjs';
import {
  anyPresent,
  checkPositiveInteger,
  type Encoder,
  type ForwardContext,
  type Rng,
  type Tokens,
} from '@trimodal/core';
import {
  LearnedPositions,
  Linear,
  normalWeight,
  sinusoidalPositions,
  TemporalConv,
  TransformerEncoder,
  type TransformerEncoderOptions,
} from '@trimodal/layers';
import { checkFeatures, keepPresent } from './features';

export type Positions = 'sinusoidal' | 'learned' | 'none';

export type TransformerSequenceEncoderOptions = TransformerEncoderOptions & {
  inDim: number;
  /** Width of the temporal convolution that projects features; 1 is a Linear. */
  kernelSize?: number;
  /** Learned tokens before the sequence; if there are any, only they are returned. */
  numPrefixTokens?: number;
  positions?: Positions;
  /** The longest sequence; needed for learned positions. */
  maxTime?: number;
};

/**
 * A transformer over the steps that are there, optionally summed up in a few learned tokens before them.
 *
 * `x = proj(features) + positions`, `tokens = mask transformer([prefix; x])`, of which the prefix is kept if there is one.
 *
 * Shapes: features `[b, t, inDim]`, mask `[b, t]` (1 = there) -> without prefix: tokens `[b, t, dModel]` and the same mask;
 * with p prefix tokens: tokens `[b, p, dModel]` and a mask `[b, p]` that is 1 if the modality has any step. Tokens are 0 where the mask is.
 * Steps that aren't there are never attended to.
 * Source: prefix tokens after Zhang, Wang & Yu 2024, "Towards Robust Multimodal Sentiment Analysis with Incomplete Data" (LNLN);
 * temporal convolution, positions and transformer after Tsai et al. 2019. Ours: a prefix token carries no position and starts at N(0, 0.02^2).
 * @param options.positions `sinusoidal` by default.
 * @throws RangeError if a size is no positive integer, learned positions have no `maxTime`, or a shape isn't as above.
 * @example new TransformerSequenceEncoder({ inDim: 5, dModel: 8, numHeads: 2, numLayers: 2, numPrefixTokens: 3 }, new Rng(1));
 */
export class TransformerSequenceEncoder implements Encoder {
  readonly dModel: number;
  readonly proj: Linear | TemporalConv;
  readonly positions: LearnedPositions | null;
  readonly prefix: tf.Variable<tf.Rank.R2> | null;
  readonly transformer: TransformerEncoder;
  private readonly inDim: number;
  private readonly sinusoidal: boolean;

  constructor(
    {
      inDim,
      kernelSize = 1,
      numPrefixTokens = 0,
      positions = 'sinusoidal',
      maxTime,
      ...transformer
    }: TransformerSequenceEncoderOptions,
    rng: Rng,
  ) {
    const { dModel } = transformer;
    if (!['sinusoidal', 'learned', 'none'].includes(positions)) {
      throw new RangeError(
        `Cannot build TransformerSequenceEncoder as positions must be 'sinusoidal', 'learned' or 'none': got '${positions}'.`,
      );
    }
    if (numPrefixTokens !== 0) {
      checkPositiveInteger('build TransformerSequenceEncoder', 'numPrefixTokens', numPrefixTokens);
    }
    this.dModel = dModel;
    this.inDim = inDim;
    this.sinusoidal = positions === 'sinusoidal';
    this.proj =
      kernelSize === 1
        ? new Linear({ inDim, outDim: dModel }, rng.fork('proj'))
        : new TemporalConv({ inDim, outDim: dModel, kernelSize }, rng.fork('proj'));
    this.positions =
      positions === 'learned'
        ? new LearnedPositions({ maxTime: neededMaxTime(maxTime), dim: dModel }, rng.fork('positions'))
        : null;
    this.prefix =
      numPrefixTokens > 0 ? normalWeight<tf.Rank.R2>([numPrefixTokens, dModel], 0.02, rng.fork('prefix')) : null;
    this.transformer = new TransformerEncoder(transformer, rng.fork('transformer'));
  }

  forward(features: tf.Tensor3D, mask: tf.Tensor2D, ctx: ForwardContext): Tokens {
    checkFeatures('TransformerSequenceEncoder', features, mask, this.inDim);
    const [batch, time] = features.shape;
    const projected =
      this.proj instanceof Linear ? this.proj.forward(features) : this.proj.forward(keepPresent(features, mask));
    let x = projected;
    if (this.sinusoidal) x = projected.add(sinusoidalPositions(time, this.dModel));
    else if (this.positions) x = this.positions.forward(projected);
    if (!this.prefix) return { tokens: keepPresent(this.transformer.forward(x, mask, ctx), mask), mask };

    const [count] = this.prefix.shape;
    const prefix = tf.zeros<tf.Rank.R3>([batch, count, this.dModel]).add<tf.Tensor3D>(this.prefix);
    const prefixMask = anyPresent(mask).mul<tf.Tensor2D>(tf.ones([1, count])); // b p
    const all = this.transformer.forward(tf.concat([prefix, x], 1), tf.concat([prefixMask, mask], 1), ctx, count);
    return { tokens: keepPresent(all, prefixMask), mask: prefixMask };
  }
}

function neededMaxTime(maxTime: number | undefined): number {
  if (maxTime !== undefined) return maxTime;
  throw new RangeError(
    'Cannot build TransformerSequenceEncoder as learned positions must have a maxTime: got undefined; give the longest sequence.',
  );
}
