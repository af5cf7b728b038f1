import { entriesOf, mapModalities, type PerModality, Rng, valueFor } from '@trimodal/core';
import type { Dataset } from './dataset';
import { drawRates, dropSteps } from './drop-rates';
import { sha256 } from './hash';
import { checkMissingness, type Missingness, type MissingnessSampler } from './missingness';
import { observedRange } from './observed-range';
import type { Split } from './raw-dataset';

/** Masks of a whole split, `[n, time]`, 1 = observed and left. */
export type PlanMasks = PerModality<{ readonly data: Uint8Array; readonly shape: readonly [number, number] }>;

/** What is missing from a split of which the plan was made; nothing of what the data lack themselves is counted. */
export type PlanSummary = {
  /** Steps dropped, as a share of those observed. */
  readonly missingSteps: number;
  /** Modalities without a step left, as a share of those that samples have. */
  readonly missingModalities: number;
  /** Samples in which everything was dropped, so that a step was kept all the same. */
  readonly restored: number;
};

export type MissingnessPlan = MissingnessSampler & {
  readonly seed: number;
  readonly masks: PlanMasks;
  /** SHA-256 of the masks: their modalities, shapes and bits. Results with the same hash were tested on the same data. */
  readonly maskHash: string;
  readonly summary: PlanSummary;
};

export type MissingnessPlanOptions = Missingness & { seed: number; dataset: Dataset; split: Split };

/**
 * Missing data for a test: one fixed mask for each sample and modality.
 *
 * A draw depends on the seed, the split, the id of the sample and the modality alone, not on its place in the file or in a batch;
 * under one seed a higher rate of a frame protocol drops what a lower one drops, and more, so that curves over rates aren't shaken by new draws.
 *
 * @throws RangeError as `checkMissingness`, or if `modality-rate` or `mixed` can't reach its rate.
 * @example
 * const plan = missingnessPlan({ protocol: 'frame-uniform', rate: 0.5, seed: 7, dataset, split: 'test' });
 * for (const batch of batches(dataset, 'test', { batchSize: 32, missingness: plan })) score(batch);
 */
export function missingnessPlan(options: MissingnessPlanOptions): MissingnessPlan {
  const { seed, dataset, split, ...missingness } = options;
  checkMissingness(missingness, dataset.modalities);
  const { ids, idsHash, lengths, size, numPresent } = dataset.splits[split];
  const root = new Rng(seed).fork(split);
  const keys = distinctKeys(ids);
  const streamOf = (index: number) => root.fork(keys[index]!);

  const masks = mapModalities(lengths, (values, modality) => {
    const time = valueFor(dataset.times, modality);
    const data = new Uint8Array(size * time);
    values.forEach((length, row) => {
      const [from, to] = observedRange(length, time, valueFor(dataset.align, modality));
      data.fill(1, row * time + from, row * time + to);
    });
    return { data, shape: [size, time] as const };
  });
  const observed = countSteps(masks);
  const rates = drawRates(missingness, lengths, streamOf);
  let restored = 0;
  let left = 0;
  for (let index = 0; index < size; index++) {
    const rows = rowsOf(masks, index);
    if (dropSteps(rows, (modality) => valueFor(rates, modality)[index]!, streamOf(index))) restored++;
    for (const [, row] of entriesOf(rows)) if (row.includes(1)) left++;
  }
  const present = entriesOf(numPresent).reduce((sum, [, count]) => sum + count, 0);
  return fromMasks({
    missingness,
    seed,
    split,
    idsHash,
    masks,
    summary: {
      missingSteps: 1 - countSteps(masks) / Math.max(observed, 1),
      missingModalities: 1 - left / Math.max(present, 1),
      restored,
    },
  });
}

type PlanContents = Pick<MissingnessPlan, 'missingness' | 'seed' | 'split' | 'idsHash' | 'masks' | 'summary'>;

function fromMasks(contents: PlanContents): MissingnessPlan {
  const { masks } = contents;
  return {
    ...contents,
    maskHash: sha256(
      entriesOf(masks).flatMap(([modality, { data, shape }]) => [modality, shape.join('x'), packBits(data)]),
    ),
    redraws: false,
    apply({ index }, wanted) {
      for (const [modality, mask] of entriesOf(wanted)) {
        const { data, shape } = valueFor(masks, modality);
        for (let step = 0; step < mask.length; step++) {
          if (data[index * shape[1] + step] === 0) mask[step] = 0;
        }
      }
    },
  };
}

/**
 * A plan as bytes, an eighth of a byte a step: the length of a header (uint32, little-endian), the header in JSON, the bits of each modality.
 * `decodeMissingnessPlan` reads it back.
 */
export function encodeMissingnessPlan(plan: MissingnessPlan): Uint8Array {
  const { missingness, seed, split, idsHash, maskHash, masks, summary } = plan;
  const shapes = mapModalities(masks, ({ shape }) => shape);
  const header = Buffer.from(
    JSON.stringify({ format: FORMAT, missingness, seed, split, idsHash, maskHash, summary, shapes }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return new Uint8Array(Buffer.concat([length, header, ...entriesOf(masks).map(([, { data }]) => packBits(data))]));
}

const FORMAT = 'trimodal-missingness-1';

/** @throws RangeError if the bytes aren't those of a plan, or if the masks aren't those that it was made with. */
export function decodeMissingnessPlan(bytes: Uint8Array): MissingnessPlan {
  const { header, body } = splitHeader(bytes);
  let offset = 0;
  const masks = mapModalities(header.shapes, (shape) => {
    const numSteps = shape[0] * shape[1];
    const packed = body.subarray(offset, offset + Math.ceil(numSteps / 8));
    offset += Math.ceil(numSteps / 8);
    return { data: unpackBits(packed, numSteps), shape };
  });
  if (offset !== body.length) {
    throw new RangeError(
      `Cannot read a missingness plan as it must have ${offset} bytes of masks: got ${body.length}; the file was cut.`,
    );
  }
  const { missingness, seed, split, idsHash, summary } = header;
  const plan = fromMasks({ missingness, seed, split, idsHash, masks, summary });
  if (plan.maskHash !== header.maskHash) {
    throw new RangeError(
      `Cannot read a missingness plan as its masks must have the hash ${header.maskHash}: got ${plan.maskHash}; the file is damaged.`,
    );
  }
  return plan;
}

type Header = Omit<PlanContents, 'masks'> & { maskHash: string; shapes: PerModality<[number, number]> };

function splitHeader(bytes: Uint8Array): { header: Header; body: Uint8Array } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.length < 4 ? 0 : 4 + buffer.readUInt32LE(0);
  try {
    const header = JSON.parse(buffer.toString('utf8', 4, end));
    if (end <= buffer.length && header.format === FORMAT) return { header, body: bytes.subarray(end) };
  } catch {
    // not JSON: said below
  }
  throw new RangeError(
    `Cannot read a missingness plan as it must begin with a header of format ${FORMAT}: got ${bytes.length} bytes without.`,
  );
}

function packBits(flags: Uint8Array): Uint8Array {
  const packed = new Uint8Array(Math.ceil(flags.length / 8));
  flags.forEach((flag, i) => {
    packed[i >> 3]! |= flag << (i & 7);
  });
  return packed;
}

function unpackBits(packed: Uint8Array, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (packed[i >> 3]! >> (i & 7)) & 1);
}

function rowsOf(masks: PlanMasks, index: number): PerModality<Uint8Array> {
  return mapModalities(masks, ({ data, shape: [, time] }) => data.subarray(index * time, (index + 1) * time));
}

function countSteps(masks: PlanMasks): number {
  return entriesOf(masks).reduce((sum, [, { data }]) => sum + data.reduce((count, flag) => count + flag, 0), 0);
}

/** The ids; those that occur again get a number, so that they don't share their masks. */
function distinctKeys(ids: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return ids.map((id) => {
    const times = seen.get(id) ?? 0;
    seen.set(id, times + 1);
    return times === 0 ? id : `${id} #${times + 1}`;
  });
}
