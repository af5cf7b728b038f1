import {
  checkPositiveInteger,
  forModalities,
  MODALITIES,
  type Modality,
  mapModalities,
  type PerModality,
  valueFor,
  valuesOf,
} from '@trimodal/core';
import { checkRaw } from './check-raw';
import { type CleanedCounts, FeatureRows } from './feature-rows';
import { FeatureMoments, type FeatureStatistics } from './feature-statistics';
import { sha256 } from './hash';
import { MemoryRows } from './memory-rows';
import type { Align } from './observed-range';
import { type RawDataset, SPLITS, type Split, type Task } from './raw-dataset';

export type DatasetOptions = {
  /** Standardise features by the training split; all, none, or as named. */
  standardize?: boolean | PerModality<boolean>;
  /** The modalities to use; those of the file unless told. */
  modalities?: readonly Modality[];
  /** The most steps to keep of a sequence: columns are cut where the padding is, so short sequences lose none. */
  maxTime?: number | PerModality<number>;
  /** Where observed steps lie in a padded sequence: `start` (padding at the end) or `end`. */
  align?: Align | PerModality<Align>;
  /** Features are kept in memory up to so many bytes, smallest arrays first; the others are read when asked for. */
  cacheBytes?: number;
};

export type DatasetSplit = {
  readonly size: number;
  readonly ids: readonly string[];
  /** A fingerprint of the ids in their order. */
  readonly idsHash: string;
  /** `[n]`: scores, or class indices. */
  readonly labels: Float32Array;
  /** Observed steps `[n]` of each modality; 0 = the modality is missing. */
  readonly lengths: PerModality<Int32Array>;
  /** How many samples have the modality. */
  readonly numPresent: PerModality<number>;
  /** What was made 0 in the features. */
  readonly cleaned: PerModality<CleanedCounts>;
  readonly rawText?: readonly string[];
  readonly annotations?: readonly string[];
  readonly classLabels?: Int32Array;
  /** Writes rows `[k, time, dim]` of a modality, cleaned and standardised, to the start of `out`. */
  readRows(modality: Modality, rows: ArrayLike<number>, out: Float32Array): void;
};

export type Dataset = {
  readonly modalities: readonly Modality[];
  /** Features of a step. */
  readonly dims: PerModality<number>;
  /** Steps of a padded sequence. */
  readonly times: PerModality<number>;
  readonly align: PerModality<Align>;
  readonly task: Task;
  readonly source: string;
  readonly dataHash: string;
  /** The training statistics that a modality was standardised by; no key where it wasn't. */
  readonly statistics: PerModality<FeatureStatistics>;
  /** The sum over splits and modalities of what was made 0. */
  readonly cleaned: CleanedCounts;
  readonly splits: Readonly<Record<Split, DatasetSplit>>;
  /** Frees the file behind it; rows that aren't in memory can't be read any more. */
  close(): void;
};

/**
 * A dataset that is checked, cleaned and standardised, from what a reader found.
 *
 * - A modality is there if its length is above 0; padded steps are exactly 0 in what is delivered, whatever the file says. A split may lack a
 *   modality or be padded less than another: it is filled up with zeros.
 * - `x -> (x - mean) / std` by the **training** split's statistics of each feature, over observed steps only and in float64. A
 *   feature that is constant in training becomes 0 in every split (its `std` is given as 1): no scale is known for other values of it.
 *   A modality without any training step is left as it is.
 * - NaN and infinities take no part in the statistics and become 0: the training mean where standardised.
 *   They are counted in `cleaned`.
 *
 * Every row is read once here. Samples in which nothing at all is observed are let through; `lengths` shows them.
 *
 * @throws TypeError if features don't have rank 3; RangeError if splits disagree in dims, if counts within a split differ, if a length doesn't
 *   fit, if a label isn't finite or isn't a class.
 * @example const dataset = createDataset(syntheticDataset({ seed: 1 }), { modalities: ['text', 'audio'] });
 */
export function createDataset(raw: RawDataset, options: DatasetOptions = {}): Dataset {
  const { standardize = true, maxTime = Number.POSITIVE_INFINITY, align = 'start', cacheBytes = 2 ** 30 } = options;
  const modalities = chooseModalities(raw, options.modalities);
  checkRaw(raw, modalities);
  const shapes = forModalities(modalities, (modality) =>
    SPLITS.flatMap((split) => {
      const source = raw.splits[split].features[modality];
      return source ? [source.shape] : [];
    }),
  );
  const dims = mapModalities(shapes, ([shape]) => shape![2]!);
  const times = mapModalities(shapes, (found, modality) => {
    const limit = typeof maxTime === 'number' ? maxTime : (maxTime[modality] ?? Number.POSITIVE_INFINITY);
    if (limit !== Number.POSITIVE_INFINITY) checkPositiveInteger('create a dataset', `maxTime of ${modality}`, limit);
    return Math.min(Math.max(...found.map((shape) => shape[1]!)), limit);
  });
  const aligns = forModalities(modalities, (modality) =>
    typeof align === 'string' ? align : (align[modality] ?? 'start'),
  );
  const lengths = mapSplits((split) =>
    mapModalities(times, (time, modality) => {
      const observed = raw.splits[split].lengths[modality] ?? new Int32Array(raw.splits[split].ids.length);
      return observed.map((length) => Math.min(length, time));
    }),
  );
  const rows = mapSplits((split) =>
    mapModalities(times, (time, modality) => {
      const [size, dim] = [raw.splits[split].ids.length, valueFor(dims, modality)];
      // a split that lacks the modality has sequences of no steps
      const source = raw.splits[split].features[modality] ?? new MemoryRows(new Float32Array(), [size, 0, dim]);
      return new FeatureRows(source, valueFor(lengths[split], modality), time, dim, valueFor(aligns, modality));
    }),
  );
  const cached = chooseCached(
    SPLITS.flatMap((split) => valuesOf(rows[split])),
    cacheBytes,
  );
  const isStandardized = (modality: Modality) =>
    typeof standardize === 'boolean' ? standardize : (standardize[modality] ?? true);
  const moments = mapModalities(dims, (dim) => new FeatureMoments(dim));
  const cleaned = mapSplits((split) =>
    mapModalities(rows[split], (features, modality) =>
      features.scan(
        cached.has(features),
        split === 'train' && isStandardized(modality) ? valueFor(moments, modality) : undefined,
      ),
    ),
  );
  const statistics = forModalities(modalities.filter(isStandardized), (modality) =>
    valueFor(moments, modality).finish(),
  );
  for (const split of SPLITS) {
    for (const modality of modalities) valueFor(rows[split], modality).prepare(statistics[modality]);
  }

  return {
    modalities,
    dims,
    times,
    align: aligns,
    task: raw.task,
    source: raw.source,
    dataHash: raw.dataHash,
    statistics,
    cleaned: sumCounts(SPLITS.flatMap((split) => valuesOf(cleaned[split]))),
    splits: mapSplits((split) => {
      const { ids, labels, rawText, annotations, classLabels } = raw.splits[split];
      return {
        size: ids.length,
        ids,
        idsHash: sha256(ids),
        labels,
        lengths: lengths[split],
        numPresent: mapModalities(lengths[split], (values) => values.filter((length) => length > 0).length),
        cleaned: cleaned[split],
        ...(rawText && { rawText }),
        ...(annotations && { annotations }),
        ...(classLabels && { classLabels }),
        readRows: (modality, wanted, out) => valueFor(rows[split], modality).readRows(wanted, out),
      };
    }),
    close: () => raw.close(),
  };
}

function chooseModalities({ splits, source }: RawDataset, asked: readonly Modality[] | undefined): Modality[] {
  const available = MODALITIES.filter((modality) => SPLITS.some((split) => splits[split].features[modality]));
  const missing = asked?.find((modality) => !available.includes(modality));
  if (missing) {
    throw new RangeError(
      `Cannot create a dataset of ${source} as it must have ${missing}: got [${available.join(', ')}].`,
    );
  }
  const chosen = available.filter((modality) => asked?.includes(modality) ?? true);
  if (chosen.length > 0) return chosen;
  throw new RangeError(`Cannot create a dataset of ${source} as it must have at least one modality: got none.`);
}

/** As many of the arrays as fit into the budget, smallest first. */
function chooseCached(arrays: FeatureRows[], budget: number): Set<FeatureRows> {
  let used = 0;
  const smallestFirst = [...arrays].sort((a, b) => a.bytes - b.bytes);
  return new Set(
    smallestFirst.filter(({ bytes }) => {
      used += bytes;
      return used <= budget;
    }),
  );
}

function sumCounts(counts: readonly CleanedCounts[]): CleanedCounts {
  const total = { nan: 0, positiveInfinity: 0, negativeInfinity: 0, padding: 0 };
  for (const count of counts) for (const key of Object.keys(total) as (keyof CleanedCounts)[]) total[key] += count[key];
  return total;
}

/** A value for each split; `train` is made first. */
function mapSplits<T>(f: (split: Split) => T): Record<Split, T> {
  return { train: f('train'), valid: f('valid'), test: f('test') };
}
