import {
  checkPositiveInteger,
  entriesOf,
  MODALITIES,
  mapModalities,
  type PerModality,
  type Rng,
  valueFor,
} from '@trimodal/core';
import type { Batch, BatchView } from './batch';
import type { Dataset } from './dataset';
import type { MissingnessSampler } from './missingness';
import { observedRange } from './observed-range';
import type { Split } from './raw-dataset';

/**
 * What an objective compares: one pass, the whole sample and an incomplete one (DERL), or two incomplete ones (FSRF).
 */
export const VIEWS = ['single', 'clean+masked', 'two-masked'] as const;
export type Views = (typeof VIEWS)[number];

export type BatchOptions = {
  batchSize: number;
  /** Shuffles; epoch e is ordered by `rng.fork('epoch-e')`, whatever was drawn before. Without it samples come in order. */
  rng?: Rng | undefined;
  /** Counted from 0. */
  epoch?: number;
  /** The first batch to yield, to go on within an epoch: those before it aren't read. */
  firstBatch?: number;
  /** Leaves out the last batch if it isn't full. */
  dropLast?: boolean;
  /** Takes steps and modalities away; needed by every kind of views but `single`. */
  missingness?: MissingnessSampler | undefined;
  views?: Views;
};

/** How many batches an epoch has. */
export function countBatches(
  size: number,
  { batchSize, dropLast = false }: Pick<BatchOptions, 'batchSize' | 'dropLast'>,
): number {
  return dropLast ? Math.floor(size / batchSize) : Math.ceil(size / batchSize);
}

/**
 * The batches of one epoch, all of `batchSize` rows; rows without a sample are all 0 with weight 0.
 *
 * What comes depends on the dataset, the options and the seeds alone, so epoch and batch number are all that a run
 * needs to go on. Every batch has arrays of its own: tensors made of them may outlive the iteration.
 *
 * @throws RangeError if sizes aren't positive integers, views need a missingness or redraws that aren't there, or the missingness was made for other samples.
 * @example for (const batch of batches(dataset, 'train', { batchSize: 32, rng, epoch: 3 })) step(toTensors(batch));
 */
export function batches(dataset: Dataset, split: Split, options: BatchOptions): Generator<Batch> {
  const { batchSize, epoch = 0, firstBatch = 0, missingness, views = 'single' } = options;
  checkPositiveInteger('make batches', 'batchSize', batchSize);
  for (const [name, value] of Object.entries({ epoch, firstBatch })) {
    if (!Number.isInteger(value) || value < 0) {
      throw new RangeError(`Cannot make batches as ${name} must be an integer from 0: got ${value}.`);
    }
  }
  if (!VIEWS.includes(views)) {
    throw new RangeError(`Cannot make batches as views must be one of ${VIEWS.join(', ')}: got ${views}.`);
  }
  if (views !== 'single' && !missingness) {
    throw new RangeError(`Cannot make batches as views '${views}' must have a missingness: got none.`);
  }
  if (views === 'two-masked' && !missingness?.redraws) {
    throw new RangeError(
      "Cannot make batches as views 'two-masked' must have a missingness that draws anew: got a fixed plan, with which both views would be the same.",
    );
  }
  if (missingness && (missingness.split !== split || missingness.idsHash !== dataset.splits[split].idsHash)) {
    throw new RangeError(
      `Cannot make batches of ${split} as its missingness must be made for the same samples: got one for ${missingness.split}${missingness.split === split ? ' of other samples' : ''}.`,
    );
  }
  return generate(dataset, split, { ...options, epoch, firstBatch, views });
}

function* generate(
  dataset: Dataset,
  split: Split,
  options: BatchOptions & { epoch: number; firstBatch: number; views: Views },
): Generator<Batch> {
  const { batchSize, rng, epoch, firstBatch, missingness, views } = options;
  const { size, labels } = dataset.splits[split];
  const order = rng
    ? rng.fork(`epoch-${epoch}`).permutation(size)
    : Int32Array.from({ length: size }, (_, index) => index);
  const masked = views === 'single' ? [missingness !== undefined] : [views === 'two-masked', true];
  for (let number = firstBatch; number < countBatches(size, options); number++) {
    const indices = order.slice(number * batchSize, (number + 1) * batchSize);
    const clean = cleanView(dataset, split, indices, batchSize);
    const batch: Batch = {
      size: batchSize,
      count: indices.length,
      indices,
      // the clean arrays go to the first view, the others get copies
      views: masked.map((_, view) => (view === 0 ? clean : copyView(clean))),
      labels: new Float32Array(batchSize),
      weights: new Float32Array(batchSize).fill(1, 0, indices.length),
    };
    indices.forEach((index, row) => {
      batch.labels[row] = labels[index]!;
    });
    masked.forEach((isMasked, view) => {
      if (isMasked && missingness) takeAway(batch.views[view]!, indices, missingness, epoch, view);
    });
    yield batch;
  }
}

function cleanView(dataset: Dataset, split: Split, indices: Int32Array, batchSize: number): BatchView {
  const { dims, times, align, splits } = dataset;
  const present = new Float32Array(batchSize * MODALITIES.length);
  const features = mapModalities(times, (time, modality) => {
    const dim = valueFor(dims, modality);
    const data = new Float32Array(batchSize * time * dim);
    splits[split].readRows(modality, indices, data);
    return { data, shape: [batchSize, time, dim] as [number, number, number] };
  });
  const mask = mapModalities(times, (time, modality) => {
    const data = new Float32Array(batchSize * time);
    indices.forEach((index, row) => {
      const [from, to] = observedRange(
        valueFor(splits[split].lengths, modality)[index]!,
        time,
        valueFor(align, modality),
      );
      data.fill(1, row * time + from, row * time + to);
      if (to > from) present[row * MODALITIES.length + MODALITIES.indexOf(modality)] = 1;
    });
    return { data, shape: [batchSize, time] as [number, number] };
  });
  return { features, mask, present };
}

function copyView({ features, mask, present }: BatchView): BatchView {
  return {
    features: mapModalities(features, ({ data, shape }) => ({ data: data.slice(), shape })),
    mask: mapModalities(mask, ({ data, shape }) => ({ data: data.slice(), shape })),
    present: present.slice(),
  };
}

/** Takes steps out of the masks and zeroes the features of every step that isn't observed any more. */
function takeAway(
  view: BatchView,
  indices: Int32Array,
  missingness: MissingnessSampler,
  epoch: number,
  viewNumber: number,
): void {
  indices.forEach((index, row) => {
    const masks: PerModality<Float32Array> = mapModalities(view.mask, ({ data, shape: [, time] }) =>
      data.subarray(row * time, (row + 1) * time),
    );
    missingness.apply({ index, epoch, view: viewNumber }, masks);
    for (const [modality, mask] of entriesOf(masks)) {
      const { data, shape } = valueFor(view.features, modality);
      const [, time, dim] = shape;
      mask.forEach((kept, step) => {
        const start = (row * time + step) * dim;
        if (kept === 0) data.fill(0, start, start + dim);
      });
      if (!mask.includes(1)) view.present[row * MODALITIES.length + MODALITIES.indexOf(modality)] = 0;
    }
  });
}
