import { MODALITIES, type PerModality } from '@trimodal/core';
import { sha256 } from './hash';
import type { RawDataset, RawSplit } from './raw-dataset';
import type { RowSource } from './row-source';

export type FoldOptions = {
  /** Folds that the groups are dealt into, K. */
  readonly folds: number;
  /** The one that is held out, from 0. */
  readonly fold: number;
  /** Each held-out fold is used twice: the half of this number becomes `test`, the other half `valid`. */
  readonly half: 0 | 1;
  /** What keeps samples together: the video of an id, unless told. */
  readonly groupOf?: (id: string) => string;
};

/**
 * A dataset for cross-validation: train and valid of the given one, dealt anew by group; its own test split isn't in it.
 *
 * Whole groups are dealt into 2K parts of about the same number of samples. Part `2 fold + half` becomes `test`, its twin `valid`, all others `train`;
 * so over all 2K choices each sample is tested once, by a model that saw nothing of its video. The parts depend on ids alone, not on their order.
 * @throws RangeError if `folds`, `fold` or `half` isn't one, if an id tells no video, or if there are fewer than 2K groups.
 * @example
 * const dataset = createDataset(foldByGroup(raw, { folds: 4, fold: 0, half: 1 }));
 */
export function foldByGroup(raw: RawDataset, { folds, fold, half, groupOf = videoOf }: FoldOptions): RawDataset {
  const attempt = `Cannot deal ${raw.source} into folds as`;
  if (!Number.isInteger(folds) || folds < 2) {
    throw new RangeError(`${attempt} their number must be an integer of at least 2: got ${folds}.`);
  }
  if (!Number.isInteger(fold) || fold < 0 || fold >= folds) {
    throw new RangeError(`${attempt} the fold must be from 0 to ${folds - 1}: got ${fold}.`);
  }
  if (half !== 0 && half !== 1) throw new RangeError(`${attempt} the half must be 0 or 1: got ${half}.`);
  const { train, valid } = raw.splits;
  const ids = [...train.ids, ...valid.ids];
  const parts = dealGroups(ids.map(groupOf), 2 * folds, attempt);
  const held = 2 * fold + half;
  const rowsOf = (wanted: (part: number) => boolean) => parts.flatMap((part, row) => (wanted(part) ? [row] : []));
  const pick = (rows: readonly number[]) => pickRows([train, valid], rows, attempt);
  return {
    ...raw,
    splits: {
      train: pick(rowsOf((part) => part >> 1 !== fold)),
      valid: pick(rowsOf((part) => part === (held ^ 1))),
      test: pick(rowsOf((part) => part === held)),
    },
    dataHash: sha256(['fold', raw.dataHash, `${folds}`, `${fold}`, `${half}`]),
  };
}

/** The video of an id such as `03bSnISJMiM$_$7`, `03bSnISJMiM[7]` or `03bSnISJMiM_7`. @throws RangeError if it tells none. */
export function videoOf(id: string): string {
  const video = /^(.+?)(?:\$_\$\d+|\[\d+\]|_\d+)$/.exec(id)?.[1];
  if (video !== undefined) return video;
  throw new RangeError(
    `Cannot tell the video of a sample as its id must be a video and a number, such as video$_$7 or video_7: got "${id}".`,
  );
}

/** The part of each sample: groups, large ones first, each to the part that has the fewest samples yet. */
function dealGroups(groups: readonly string[], numParts: number, attempt: string): number[] {
  const sizes = new Map<string, number>();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  if (sizes.size < numParts) {
    throw new RangeError(
      `${attempt} there must be ${numParts} videos at least, two for each fold: got ${sizes.size} in train and valid.`,
    );
  }
  const ordered = [...sizes].map(([name, size]) => ({ name, size, order: sha256([name]) }));
  ordered.sort((a, b) => b.size - a.size || (a.order < b.order ? -1 : 1));
  const filled = new Array<number>(numParts).fill(0);
  const partOf = new Map<string, number>();
  for (const { name, size } of ordered) {
    const part = filled.indexOf(Math.min(...filled));
    filled[part]! += size;
    partOf.set(name, part);
  }
  return groups.map((group) => partOf.get(group)!);
}

/** Rows of two splits, one after the other, as one split. */
function pickRows(splits: readonly [RawSplit, RawSplit], rows: readonly number[], attempt: string): RawSplit {
  const [first, second] = splits;
  const offset = first.ids.length;
  const from = <T>(f: (split: RawSplit) => ArrayLike<T>) =>
    rows.map((row) => (row < offset ? f(first)[row]! : f(second)[row - offset]!));
  const features: { -readonly [M in keyof PerModality<RowSource>]: RowSource } = {};
  const lengths: { -readonly [M in keyof PerModality<Int32Array>]: Int32Array } = {};
  for (const modality of MODALITIES) {
    const sources = splits.map((split) => split.features[modality]);
    const shape = sources.find((source) => source)?.shape;
    if (!shape) continue;
    if (sources.some((source) => source && source.shape.slice(1).join() !== shape.slice(1).join())) {
      throw new RangeError(
        `${attempt} ${modality} must have the same shape in train and valid: got [${sources.map((source) => source?.shape.slice(1).join(', ')).join('] and [')}].`,
      );
    }
    features[modality] = new PickedRows(sources, offset, rows, shape);
    lengths[modality] = Int32Array.from(from((split) => split.lengths[modality] ?? new Int32Array(split.ids.length)));
  }
  const optional = <K extends 'rawText' | 'annotations'>(key: K) =>
    first[key] && second[key] ? { [key]: from((split) => split[key]!) } : {};
  return {
    ids: from((split) => split.ids),
    features,
    lengths,
    labels: Float32Array.from(from((split) => split.labels)),
    ...optional('rawText'),
    ...optional('annotations'),
    ...(first.classLabels && second.classLabels
      ? { classLabels: Int32Array.from(from((split) => split.classLabels!)) }
      : {}),
  };
}

/** Some rows of two sources, one after the other; those of a source that isn't there are 0. */
class PickedRows implements RowSource {
  readonly shape: readonly number[];
  readonly dtype: string;

  constructor(
    private readonly sources: readonly (RowSource | undefined)[],
    /** Rows of the first source. */
    private readonly offset: number,
    private readonly picked: readonly number[],
    shape: readonly number[],
  ) {
    this.shape = [picked.length, ...shape.slice(1)];
    this.dtype = sources.find((source) => source)!.dtype;
  }

  readRows(rows: ArrayLike<number>, out: Float32Array): void {
    const rowLength = this.shape.slice(1).reduce((product, size) => product * size, 1);
    for (const [index, source] of this.sources.entries()) {
      // where each row of this source goes
      const places: number[] = [];
      const wanted: number[] = [];
      for (let i = 0; i < rows.length; i++) {
        const row = this.picked[rows[i]!]!;
        if (row < this.offset !== (index === 0)) continue;
        places.push(i);
        wanted.push(index === 0 ? row : row - this.offset);
      }
      const values = new Float32Array(wanted.length * rowLength);
      if (wanted.length > 0) source?.readRows(wanted, values);
      for (const [k, place] of places.entries()) {
        out.set(values.subarray(k * rowLength, (k + 1) * rowLength), place * rowLength);
      }
    }
  }

  readAll(): Float32Array {
    const rows = this.picked.map((_, i) => i);
    const out = new Float32Array(this.shape.reduce((product, size) => product * size, 1));
    this.readRows(rows, out);
    return out;
  }
}
