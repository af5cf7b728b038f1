import * as tf from '@tensorflow/tfjs';
import {
  anyPresent,
  checkPositiveInteger,
  checkShape,
  type Disentangler,
  entriesOf,
  type ForwardContext,
  forModalities,
  MODALITIES,
  type Modality,
  mapModalities,
  maskedMean,
  type Parts,
  type PerModality,
  presentColumn,
  type Rng,
  reverseGradient,
  stopGradient,
  type Tokens,
  valueFor,
  valuesOf,
} from '@trimodal/core';
import { Linear, Mlp, normalWeight } from '@trimodal/layers';
import { TokenMlp } from './token-mlp';

export type HomoHeteroOptions = {
  dModel: number;
  outDim: number;
  modalities?: readonly Modality[];
  hiddenDim?: number;
  dropoutRate?: number;
  noise?: boolean;
  recoverAbsent?: boolean;
};

/** `shared` is Ho, `private` is He, one token a modality, `[b, 1, d]`; the rest is what its objective reads. */
export type HomoHeteroOutput = Parts & {
  /** `[b, 3]`, the parts that a fusion may read; hand it to the fusion in place of the inputs' `present`. */
  readonly partsPresent: tf.Tensor2D;
  /** `[b, 1]`, 1 where the modality was observed. */
  readonly observed: PerModality<tf.Tensor2D>;
  /** Z, the tokens pooled, `[b, d]`. */
  readonly pooled: PerModality<tf.Tensor2D>;
  /** No, `[b, d]`; without modalities if `noise` is false. No branch and no fusion gets it. */
  readonly noise: PerModality<tf.Tensor2D>;
  /** Z as decoded from the modality's own parts, `[b, d]`. */
  readonly decoded: PerModality<tf.Tensor2D>;
  /** `crossDecoded[m][n]`: Z of m as decoded from its own He and No and the Ho of n, `[b, d]`. */
  readonly crossDecoded: PerModality<PerModality<tf.Tensor2D>>;
  /** Which modality He is of, `[b, numModalities]`. */
  readonly modalityLogits: PerModality<tf.Tensor2D>;
  /** Predictions `[b, outDim]` from Ho, He and, behind a gradient reversal, No alone. */
  readonly sharedPrediction: PerModality<tf.Tensor2D>;
  readonly privatePrediction: PerModality<tf.Tensor2D>;
  readonly noisePrediction: PerModality<tf.Tensor2D>;
};

const TOKEN_STD = 0.02;

/**
 * Splits each modality into a homogeneous part, which all modalities have in common, a heterogeneous one of its own and noise.
 *
 * `Z_m` = mean of the tokens that are there; `Ho_m = E(Z_m)` by one encoder for all, `He_m = E_m(Z_m)`, `No_m = N_m(Z_m)` by encoders per
 * modality (2-layer MLPs); decoders `D_m [Ho_n; He_m; No_m]` for n = m (own) and n != m (cross). An absent modality gets the mean of the
 * Ho that are there, and as its He a learned token. What the parts must satisfy are the terms of homo-hetero-terms.ts.
 *
 * Shapes: tokens `[b, t_m, d]`, mask `[b, t_m]`, present `[b, 3]` -> shared and private `[b, 1, d]`, mask `[b, 1]`, and the vectors
 * `[b, d]` that its objective reads.
 *
 * A mask serves both parts, so it says which may be *read*: with `recoverAbsent`, all parts of a sample of which anything is
 * there, as Ho was recovered and He tells that it wasn't. What was *seen* is `observed`; the terms count nothing else.
 *
 * Source: the "de-redundant homo-heterogeneous factorisation" of FSRF (arXiv 2510.16086), as its abstract describes it; cross-decoding
 * and the common encoder as in HRLF (Li et al. 2024). Ours: the pooling, linear decoders, a LayerNorm on Ho and He, so that neither can
 * shrink to please a constraint, and that No is made of Z without a gradient into it: a reversed task loss must not unlearn the tokens.
 * @param options.outDim Width of the auxiliary predictions: 1 for a score, or the number of classes.
 * @param options.hiddenDim Hidden width of the MLPs, by default 2 dModel.
 * @param options.noise false for two parts only.
 * @param options.recoverAbsent false to leave the parts of absent modalities 0 and masked.
 * @throws RangeError if a size is no positive integer; TypeError or RangeError if tokens or masks have other shapes.
 * @example
 * const disentangler = new HomoHeteroDisentangler({ dModel: 32, outDim: 1 }, new Rng(1));
 * const { shared, private: own, noise } = disentangler.forward({ text: { tokens, mask }, audio, vision }, present, INFERENCE);
 */
export class HomoHeteroDisentangler implements Disentangler<HomoHeteroOutput> {
  private readonly dModel: number;
  private readonly modalities: readonly Modality[];
  private readonly sharedEncoder: TokenMlp;
  private readonly privateEncoders: PerModality<TokenMlp>;
  private readonly noiseEncoders: PerModality<Mlp>;
  private readonly absentTokens: PerModality<tf.Variable<tf.Rank.R2>>;
  private readonly decoders: PerModality<Linear>;
  private readonly modalityHead: Linear;
  private readonly sharedHead: Linear;
  private readonly privateHeads: PerModality<Linear>;
  private readonly noiseHeads: PerModality<Mlp>;

  constructor(
    {
      dModel,
      outDim,
      modalities: asked = MODALITIES,
      hiddenDim = 2 * dModel,
      dropoutRate = 0.1,
      noise = true,
      recoverAbsent = true,
    }: HomoHeteroOptions,
    rng: Rng,
  ) {
    checkPositiveInteger('build HomoHeteroDisentangler', 'dModel', dModel);
    checkPositiveInteger('build HomoHeteroDisentangler', 'outDim', outDim);
    const modalities = MODALITIES.filter((modality) => asked.includes(modality)); // in the fixed order
    this.dModel = dModel;
    this.modalities = modalities;
    const noisy = noise ? modalities : [];
    const inDim = dModel;
    this.sharedEncoder = new TokenMlp({ dModel, hiddenDim, dropoutRate }, rng.fork('sharedEncoder'));
    this.privateEncoders = forModalities(
      modalities,
      (m) => new TokenMlp({ dModel, hiddenDim, dropoutRate }, rng.fork(`privateEncoders.${m}`)),
    );
    this.noiseEncoders = forModalities(
      noisy,
      (m) =>
        new Mlp({ inDim, hiddenDim, outDim: dModel, dropoutRate, activation: 'gelu' }, rng.fork(`noiseEncoders.${m}`)),
    );
    this.absentTokens = forModalities(recoverAbsent ? modalities : [], (m) =>
      normalWeight<tf.Rank.R2>([1, dModel], TOKEN_STD, rng.fork(`absentTokens.${m}`)),
    );
    this.decoders = forModalities(
      modalities,
      (m) => new Linear({ inDim: (noise ? 3 : 2) * dModel, outDim: dModel }, rng.fork(`decoders.${m}`)),
    );
    this.modalityHead = new Linear({ inDim, outDim: modalities.length }, rng.fork('modalityHead'));
    this.sharedHead = new Linear({ inDim, outDim }, rng.fork('sharedHead'));
    this.privateHeads = forModalities(modalities, (m) => new Linear({ inDim, outDim }, rng.fork(`privateHeads.${m}`)));
    this.noiseHeads = forModalities(
      noisy,
      (m) => new Mlp({ inDim, hiddenDim, outDim, activation: 'gelu' }, rng.fork(`noiseHeads.${m}`)),
    );
  }

  forward(tokens: PerModality<Tokens>, present: tf.Tensor2D, ctx: ForwardContext): HomoHeteroOutput {
    checkShape('split homogeneous and heterogeneous parts', 'present', present, [null, MODALITIES.length]);
    const own = forModalities(this.modalities, (modality) => this.check(valueFor(tokens, modality), modality));
    const observed = mapModalities(
      own,
      ({ mask }, modality) => anyPresent(mask).mul(presentColumn(present, modality)) as tf.Tensor2D,
    );
    const pooled = mapModalities(own, (x) => maskedMean(x.tokens, x.mask)); // b d
    const seen = this.encode(pooled, observed, ctx);
    const noise = mapModalities(this.noiseEncoders, (encoder, modality) =>
      encoder.forward(stopGradient(valueFor(pooled, modality)), ctx).mul<tf.Tensor2D>(valueFor(observed, modality)),
    );
    return {
      ...this.recover(seen, observed),
      observed,
      pooled,
      noise,
      ...this.decode(seen, noise),
      modalityLogits: mapModalities(seen.private, (x) => this.modalityHead.forward(x)),
      sharedPrediction: mapModalities(seen.shared, (x) => this.sharedHead.forward(x)),
      privatePrediction: mapModalities(this.privateHeads, (head, m) => head.forward(valueFor(seen.private, m))),
      noisePrediction: mapModalities(this.noiseHeads, (head, m) =>
        head.forward(reverseGradient(valueFor(noise, m)), ctx),
      ),
    };
  }

  /** Ho and He `[b, d]`; 0 for absent modalities. All modalities go through the common encoder as one batch. */
  private encode(pooled: PerModality<tf.Tensor2D>, observed: PerModality<tf.Tensor2D>, ctx: ForwardContext): Vectors {
    const run = (encoder: TokenMlp, x: tf.Tensor2D, there: tf.Tensor2D) =>
      encoder.forward(x.expandDims<tf.Tensor3D>(1), there, ctx).squeeze<tf.Tensor2D>([1]).mul<tf.Tensor2D>(there);
    const together = run(this.sharedEncoder, tf.concat(valuesOf(pooled)), tf.concat(valuesOf(observed))); // m*b d
    const shared = pieces(together, this.modalities.length);
    return {
      shared: mapModalities(pooled, (_, modality) => shared[this.modalities.indexOf(modality)]!),
      private: mapModalities(this.privateEncoders, (encoder, m) =>
        run(encoder, valueFor(pooled, m), valueFor(observed, m)),
      ),
    };
  }

  /** The parts as branches and fusion get them. */
  private recover(
    { shared, private: own }: Vectors,
    observed: PerModality<tf.Tensor2D>,
  ): Parts & Pick<HomoHeteroOutput, 'partsPresent'> {
    const recovers = valuesOf(this.absentTokens).length > 0;
    const count = tf.addN(valuesOf(observed)); // b 1
    const any = count.minimum(1);
    const mean = tf.addN(valuesOf(shared)).div(count.maximum(1)); // b d, 0 where nothing is there
    const mask = mapModalities(observed, (there) => (recovers ? (any as tf.Tensor2D) : there));
    const absent = (modality: Modality) => any.sub(valueFor(observed, modality)); // b 1
    return {
      shared: mapModalities(shared, (x, m) => asToken(recovers ? x.add(mean.mul(absent(m))) : x)),
      private: mapModalities(own, (x, m) => {
        const token = this.absentTokens[m];
        return asToken(token ? x.add(absent(m).mul(token)) : x);
      }),
      mask,
      partsPresent: tf.concat(
        MODALITIES.map((modality) => mask[modality] ?? tf.zerosLike(any as tf.Tensor2D)),
        1,
      ),
    };
  }

  /** Z of each modality from every Ho that there is, all in one matmul. */
  private decode(
    { shared, private: own }: Vectors,
    noise: PerModality<tf.Tensor2D>,
  ): Pick<HomoHeteroOutput, 'decoded' | 'crossDecoded'> {
    const decodings = mapModalities(this.decoders, (decoder, m) => {
      const rows = valuesOf(shared).map((common) =>
        tf.concat([common, valueFor(own, m), ...(noise[m] ? [noise[m]] : [])], 1),
      );
      const decoded = pieces(decoder.forward(tf.concat(rows)), rows.length);
      return mapModalities(shared, (_, n) => decoded[this.modalities.indexOf(n)]!);
    });
    return {
      decoded: mapModalities(decodings, (each, m) => valueFor(each, m)),
      crossDecoded: mapModalities(decodings, (each, m) => Object.fromEntries(entriesOf(each).filter(([n]) => n !== m))),
    };
  }

  private check(own: Tokens, modality: Modality): Tokens {
    const what = 'split homogeneous and heterogeneous parts';
    checkShape(what, `the tokens of ${modality}`, own.tokens, [null, null, this.dModel]);
    checkShape(what, `the mask of ${modality}`, own.mask, own.tokens.shape.slice(0, 2));
    return own;
  }
}

type Vectors = { readonly shared: PerModality<tf.Tensor2D>; readonly private: PerModality<tf.Tensor2D> };

function asToken(x: tf.Tensor): tf.Tensor3D {
  return x.expandDims(1);
}

/** The gradient of a split into one piece throws (TensorFlow.js 4.22). */
function pieces(x: tf.Tensor2D, count: number): tf.Tensor2D[] {
  return count === 1 ? [x] : (tf.split(x, count) as tf.Tensor2D[]);
}
