import {
  checkPositiveInteger,
  forModalities,
  type Modality,
  mapModalities,
  modalitiesOf,
  type PerModality,
  valueFor,
  valuesOf,
} from '@trimodal/core';
import { type CleanedCounts, FeatureRows } from './feature-rows';
import { FeatureMoments, type FeatureStatistics } from './feature-statistics';
import { sha256 } from './hash';
import type { Align } from './observed-range';
import { type RawDataset, type RawSplit, SPLITS, type Split, type Task } from './raw-dataset';

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
 * - A modality is there if its length is above 0; padded steps are exactly 0 in what is delivered, whatever the file says.
 * - `x -> (x - mean) / std` by the **training** split's statistics of each feature, over observed steps only and in float64. A
 *   feature that is constant in training becomes 0 in every split (its `std` is given as 1): no scale is known for other values of it.
 *   A modality without any training step is left as it is.
 * - NaN and infinities take no part in the statistics and become 0: the training mean where standardised.
 *   They are counted in `cleaned`.
 *
 * Every row is read once here. Samples in which nothing at all is observed are let through; `lengths` shows them.
 *
 * @throws TypeError if features don't have rank 3; RangeError if splits disagree in modalities, times or dims, if counts within a split
 *   differ, a length doesn't fit, a label isn't finite or isn't a class.
 * @example const dataset = createDataset(syntheticDataset({ seed: 1 }), { modalities: ['text', 'audio'] });
 */
export function createDataset(raw: RawDataset, options: DatasetOptions = {}): Dataset {
  const { standardize = true, maxTime = Number.POSITIVE_INFINITY, align = 'start', cacheBytes = 2 ** 30 } = options;
  const available = modalitiesOf(raw.splits.train.features);
  const modalities = available.filter((modality) => options.modalities?.includes(modality) ?? true);
  for (const modality of options.modalities ?? []) {
    if (!available.includes(modality)) {
      throw new RangeError(
        `Cannot create a dataset of ${raw.source} as it must have ${modality}: got [${available.join(', ')}].`,
      );
    }
  }
  if (modalities.length === 0) {
    throw new RangeError(`Cannot create a dataset of ${raw.source} as it must have at least one modality: got none.`);
  }
  for (const split of SPLITS) checkSplit(raw, split, modalities);

  const shapes = forModalities(modalities, (modality) => valueFor(raw.splits.train.features, modality).shape);
  const dims = mapModalities(shapes, (shape) => shape[2]!);
  const times = mapModalities(shapes, (shape, modality) => {
    const limit = typeof maxTime === 'number' ? maxTime : (maxTime[modality] ?? Number.POSITIVE_INFINITY);
    if (limit !== Number.POSITIVE_INFINITY) checkPositiveInteger('create a dataset', `maxTime of ${modality}`, limit);
    return Math.min(shape[1]!, limit);
  });
  const aligns = forModalities(modalities, (modality) =>
    typeof align === 'string' ? align : (align[modality] ?? 'start'),
  );

  const lengths = mapSplits((split) =>
    forModalities(modalities, (modality) =>
      valueFor(raw.splits[split].lengths, modality).map((length) => Math.min(length, valueFor(times, modality))),
    ),
  );
  const rows = mapSplits((split) =>
    forModalities(
      modalities,
      (modality) =>
        new FeatureRows(
          valueFor(raw.splits[split].features, modality),
          valueFor(lengths[split], modality),
          valueFor(times, modality),
          valueFor(dims, modality),
          valueFor(aligns, modality),
        ),
    ),
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

function checkSplit({ splits, task, source }: RawDataset, split: Split, modalities: readonly Modality[]): void {
  const { ids, features, lengths, labels }: RawSplit = splits[split];
  const attempt = `Cannot create a dataset of ${source} as`;
  const size = ids.length;
  const checkCount = (what: string, count: number) => {
    if (count !== size) throw new RangeError(`${attempt} ${split} must have ${size} ${what}, one an id: got ${count}.`);
  };
  checkCount('labels', labels.length);
  for (const modality of modalities) {
    const shape = features[modality]?.shape ?? [];
    const observed = lengths[modality] ?? [];
    if (shape.length !== 3) {
      throw new TypeError(
        `${attempt} ${modality} of ${split} must have features [n, time, dim]: got [${shape.join(', ')}].`,
      );
    }
    checkCount(`rows of ${modality}`, shape[0]!);
    checkCount(`lengths of ${modality}`, observed.length);
    const wanted = valueFor(splits.train.features, modality).shape;
    if (shape[1] !== wanted[1] || shape[2] !== wanted[2]) {
      throw new RangeError(
        `${attempt} ${modality} of ${split} must have the times and dims of train, [${wanted[1]}, ${wanted[2]}]: got [${shape[1]}, ${shape[2]}].`,
      );
    }
    const row = observed.findIndex((length) => !(length >= 0 && length <= shape[1]!));
    if (row >= 0) {
      throw new RangeError(
        `${attempt} lengths of ${modality} must lie in [0, ${shape[1]}]: got ${observed[row]} in row ${row} of ${split}.`,
      );
    }
  }
  const row = labels.findIndex((label) =>
    task.kind === 'regression'
      ? !Number.isFinite(label)
      : !(Number.isInteger(label) && label >= 0 && label < task.classes.length),
  );
  if (row >= 0) {
    const wanted = task.kind === 'regression' ? 'be finite' : `be class indices from 0 to ${task.classes.length - 1}`;
    throw new RangeError(`${attempt} labels must ${wanted}: got ${labels[row]} in row ${row} of ${split}.`);
  }
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
