import {
  checkPositiveInteger,
  entriesOf,
  mapModalities,
  modalitiesOf,
  type PerModality,
  Rng,
  valueFor,
  valuesOf,
} from '@trimodal/core';
import { sha256 } from './hash';
import { MemoryRows } from './memory-rows';
import { type RawDataset, type RawSplit, SPLITS, type Split } from './raw-dataset';

/** What share of the label's variance comes from where; all together sum to 1. */
export type LabelShares = {
  readonly shared: number;
  /** From the private latents of each modality. */
  readonly private: PerModality<number>;
  /** From products of private latents of two modalities: neither tells it alone, and nothing linear does. */
  readonly cross: number;
  /** From what no feature tells. */
  readonly unexplained: number;
};

/** A row-major matrix `[n, k]`. */
export type Matrix = { readonly data: Float32Array; readonly shape: readonly [number, number] };

export type SyntheticOptions = {
  seed: number;
  sizes?: Partial<Record<Split, number>>;
  /** The modalities to generate and the features of their steps. */
  dims?: PerModality<number>;
  /** Steps of the padded sequences. */
  times?: PerModality<number>;
  /** How deep the latents lie hidden: the standard deviation along the direction of a latent, whose own is 1, of noise that stays for an utterance; that which changes with every step has twice as much. */
  noiseLevels?: PerModality<number>;
  numShared?: number;
  /** Private latents of each modality. */
  numPrivate?: number;
  /** Nuisance latents of each modality: made as the others are, and telling nothing of the label. */
  numNoise?: number;
  /** What they leave of 1 is unexplained; so are the shares of modalities that aren't generated. */
  shares?: Omit<LabelShares, 'unexplained'>;
};

/** The truth that a split was made of: summaries `[n, k]` of k latents, each of mean 0 and variance 1. */
export type SyntheticFactors = {
  readonly shared: Matrix;
  readonly private: PerModality<Matrix>;
  readonly noise: PerModality<Matrix>;
  /** `[n, 1]`, of mean 0 and variance 1: the structure across modalities. */
  readonly cross: Matrix;
};

export type SyntheticDataset = RawDataset & {
  readonly factors: Readonly<Record<Split, SyntheticFactors>>;
  readonly shares: LabelShares;
};

/** The correlation of a latent with itself a step later. */
const MEMORY = 0.8;
/** The standard deviation in time of a latent around its summary. */
const DRIFT = 2;
/** The standard deviation of noise that differs from step to step, relative to that which stays for the whole utterance, as a speaker or a camera does. */
const STEP_NOISE = 2;
/** Steps of the clock on which shared latents run. */
const CLOCK = 32;
/** Scores are the label of variance 1 times this, cut at -3 and 3: 1.2 % are. */
const SCORE_SCALE = 1.2;

/**
 * A dataset generated from known factors: disentanglement can be measured against the truth, and nothing needs a download.
 *
 * Latents are paths: a summary `~ N(0, 1)`, their mean over the utterance, plus a centred AR(1) process. Shared ones run on one clock,
 * which each modality reads at its own rate; private and nuisance latents belong to one modality.
 *
 *     x_m(t) = offset + gain * (A_m shared(t) + B_m private_m(t) + C_m noise_m(t) + level_m (session + 2 step noise(t)))
 *     label  = sum_k sqrt(share_k) f_k   of uncorrelated f_k of variance 1: shared, each private_m, cross, unexplained
 *     cross  = sum of p_m p_n over pairs of modalities, by the root of their number; p_m the first private latent of m
 *     score  = 1.2 label, cut to [-3, 3]
 *
 * Columns of A, B, C are random with norm about 1. By default text tells most, vision least. Utterances last 40 % to 100 % of the padded time, alike
 * in all modalities. Streams are forked by name: a smaller split is the beginning of a larger one, and what is set for one modality changes no other.
 *
 * Source: ours.
 * @throws RangeError if counts aren't positive integers, noise levels are negative or shares don't lie within 1.
 * @example
 * const raw = syntheticDataset({ seed: 1, sizes: { train: 100 } });
 * raw.factors.train.shared.shape; // [100, 4]
 */
export function syntheticDataset(options: SyntheticOptions): SyntheticDataset {
  const recipe = { ...DEFAULTS, ...options, sizes: { ...DEFAULTS.sizes, ...options.sizes } };
  const shares = checkRecipe(recipe);
  const rng = new Rng(recipe.seed);
  const generated = {
    train: generateSplit(recipe, shares, rng, 'train'),
    valid: generateSplit(recipe, shares, rng, 'valid'),
    test: generateSplit(recipe, shares, rng, 'test'),
  };
  const { train, valid, test } = generated;
  return {
    splits: { train: train.raw, valid: valid.raw, test: test.raw },
    factors: { train: train.factors, valid: valid.factors, test: test.factors },
    shares,
    task: { kind: 'regression', range: [-3, 3] },
    source: `the synthetic benchmark, seed ${recipe.seed}`,
    dataHash: sha256(SPLITS.flatMap((split) => generated[split].arrays.map(bytesOf))),
    close: () => {},
  };
}

const DEFAULTS = {
  sizes: { train: 1200, valid: 200, test: 400 },
  dims: { text: 32, audio: 16, vision: 20 } as PerModality<number>,
  times: { text: 12, audio: 20, vision: 16 } as PerModality<number>,
  noiseLevels: { text: 0.4, audio: 0.8, vision: 1.3 } as PerModality<number>,
  numShared: 4,
  numPrivate: 3,
  numNoise: 3,
  shares: { shared: 0.4, private: { text: 0.2, audio: 0.1, vision: 0.05 } as PerModality<number>, cross: 0.1 },
};

type Recipe = typeof DEFAULTS & { seed: number };

function checkRecipe({
  sizes,
  dims,
  times,
  noiseLevels,
  numShared,
  numPrivate,
  numNoise,
  shares,
}: Recipe): LabelShares {
  const attempt = 'generate a dataset';
  for (const [name, value] of Object.entries({ ...sizes, numShared, numPrivate, numNoise })) {
    checkPositiveInteger(attempt, name, value);
  }
  for (const [modality, dim] of entriesOf(dims)) {
    checkPositiveInteger(attempt, `dims of ${modality}`, dim);
    checkPositiveInteger(attempt, `times of ${modality}`, valueFor(times, modality));
    const level = valueFor(noiseLevels, modality);
    if (!(level >= 0)) {
      throw new RangeError(`Cannot ${attempt} as noiseLevels of ${modality} must be 0 or more: got ${level}.`);
    }
  }
  const privateShares = mapModalities(dims, (_, modality) => shares.private[modality] ?? 0);
  const cross = modalitiesOf(dims).length > 1 ? shares.cross : 0;
  const all = [shares.shared, cross, ...valuesOf(privateShares)];
  const unexplained = 1 - all.reduce((sum, share) => sum + share, 0);
  if (!(modalitiesOf(dims).length > 0 && all.every((share) => share >= 0) && unexplained > -1e-9)) {
    throw new RangeError(
      `Cannot ${attempt} as shares must be 0 or more and sum to 1 at most, of at least one modality: got [${all.join(', ')}].`,
    );
  }
  return { shared: shares.shared, private: privateShares, cross, unexplained: Math.max(unexplained, 0) };
}

function generateSplit(recipe: Recipe, shares: LabelShares, root: Rng, split: Split) {
  const { dims, times, numShared } = recipe;
  const size = recipe.sizes[split];
  const rng = root.fork(split);
  const durations = rng.fork('durations');
  const lasts = Float64Array.from({ length: size }, () => 0.4 + 0.6 * durations.uniform());
  const lengths = mapModalities(dims, (_, modality) =>
    Int32Array.from(lasts, (share) => Math.max(1, Math.round(share * valueFor(times, modality)))),
  );
  const shared = latentPaths(rng.fork('shared'), new Int32Array(size).fill(CLOCK), CLOCK, numShared);
  const own = mapModalities(lengths, (steps, modality) => {
    const time = valueFor(times, modality);
    return {
      private: latentPaths(rng.fork(`${modality}-private`), steps, time, recipe.numPrivate),
      noise: latentPaths(rng.fork(`${modality}-noise`), steps, time, recipe.numNoise),
    };
  });
  const features = mapModalities(own, (paths, modality) => ({
    data: mixFeatures(recipe, root, rng, modality, valueFor(lengths, modality), [
      { ...shared, clocked: true },
      { ...paths.private, clocked: false },
      { ...paths.noise, clocked: false },
    ]),
    shape: [size, valueFor(times, modality), valueFor(dims, modality)],
  }));

  const privateSummaries = mapModalities(own, (paths) => paths.private.summary);
  const cross = crossFactor(valuesOf(privateSummaries), size);
  const unexplained = rng.fork('unexplained');
  const labels = Float32Array.from({ length: size }, (_, row) => {
    let label = Math.sqrt(shares.shared) * rowSum(shared.summary, row) + Math.sqrt(shares.cross) * cross.data[row]!;
    for (const [modality, summary] of entriesOf(privateSummaries)) {
      label += Math.sqrt(valueFor(shares.private, modality)) * rowSum(summary, row);
    }
    label += Math.sqrt(shares.unexplained) * unexplained.normal();
    return Math.min(Math.max(SCORE_SCALE * label, -3), 3);
  });
  const raw: RawSplit = {
    ids: Array.from({ length: size }, (_, row) => `${split}-${row}`),
    features: mapModalities(features, ({ data, shape }) => new MemoryRows(data, shape)),
    lengths,
    labels,
  };
  const factors: SyntheticFactors = {
    shared: shared.summary,
    private: privateSummaries,
    noise: mapModalities(own, (paths) => paths.noise.summary),
    cross,
  };
  return { raw, factors, arrays: [labels, ...valuesOf(lengths), ...valuesOf(features).map(({ data }) => data)] };
}

type LatentPaths = { summary: Matrix; paths: Float32Array; time: number };

/** Paths `[n, time, count]` of independent latents and their means `[n, count]` over the steps that a sample has. */
function latentPaths(rng: Rng, steps: Int32Array, time: number, count: number): LatentPaths {
  const paths = new Float32Array(steps.length * time * count);
  const summary = new Float32Array(steps.length * count);
  const drift = new Float64Array(time);
  steps.forEach((length, row) => {
    for (let k = 0; k < count; k++) {
      let mean = 0;
      for (let step = 0; step < length; step++) {
        drift[step] = step === 0 ? rng.normal() : MEMORY * drift[step - 1]! + Math.sqrt(1 - MEMORY ** 2) * rng.normal();
        mean += drift[step]! / length;
      }
      const center = rng.normal();
      summary[row * count + k] = center;
      for (let step = 0; step < length; step++) {
        paths[(row * time + step) * count + k] = center + DRIFT * (drift[step]! - mean);
      }
    }
  });
  return { summary: { data: summary, shape: [steps.length, count] }, paths, time };
}

/** Features `[n, time, dim]` of one modality from its latents; steps past the length stay 0. */
function mixFeatures(
  { dims, times, noiseLevels }: Recipe,
  root: Rng,
  rng: Rng,
  modality: keyof PerModality<unknown>,
  lengths: Int32Array,
  latents: (LatentPaths & { clocked: boolean })[],
): Float32Array {
  const [dim, time, level] = [valueFor(dims, modality), valueFor(times, modality), valueFor(noiseLevels, modality)];
  const numLatents = latents.reduce((sum, { summary }) => sum + summary.shape[1], 0);
  const mixing = root.fork(`${modality}-mixing`);
  const weights = Float64Array.from({ length: dim * numLatents }, () => mixing.normal() / Math.sqrt(dim));
  const gains = Float64Array.from({ length: dim }, () => Math.exp(0.5 * mixing.normal()));
  const offsets = gains.map((gain) => gain * mixing.normal());
  const sessions = rng.fork(`${modality}-session`);
  const stepNoise = rng.fork(`${modality}-steps`);
  const features = new Float32Array(lengths.length * time * dim);
  const latent = new Float64Array(numLatents);
  const session = new Float64Array(dim);
  lengths.forEach((length, row) => {
    for (let d = 0; d < dim; d++) session[d] = level * sessions.normal();
    for (let step = 0; step < length; step++) {
      let k = 0;
      for (const { paths, time: pathTime, summary, clocked } of latents) {
        const count = summary.shape[1];
        const at = clocked ? Math.floor(((step + 0.5) / length) * pathTime) : step;
        for (let i = 0; i < count; i++) latent[k++] = paths[(row * pathTime + at) * count + i]!;
      }
      for (let d = 0; d < dim; d++) {
        let value = session[d]! + level * STEP_NOISE * stepNoise.normal();
        for (let i = 0; i < numLatents; i++) value += weights[d * numLatents + i]! * latent[i]!;
        features[(row * time + step) * dim + d] = offsets[d]! + gains[d]! * value;
      }
    }
  });
  return features;
}

/** Products of the first latents of each two modalities. */
function crossFactor(summaries: Matrix[], size: number): Matrix {
  const data = new Float32Array(size);
  const numPairs = (summaries.length * (summaries.length - 1)) / 2;
  for (let row = 0; row < size; row++) {
    const firsts = summaries.map(({ data: values, shape }) => values[row * shape[1]]!);
    firsts.forEach((a, i) => {
      for (const b of firsts.slice(i + 1)) data[row]! += (a * b) / Math.sqrt(numPairs);
    });
  }
  return { data, shape: [size, 1] };
}

/** The sum of a row, scaled to variance 1. */
function rowSum({ data, shape: [, count] }: Matrix, row: number): number {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += data[row * count + k]!;
  return sum / Math.sqrt(count);
}

function bytesOf(values: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
