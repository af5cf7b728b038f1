import type { Modality } from '@trimodal/core';
import type { Align } from '../observed-range';
import type { RowSource } from '../row-source';
import type { SplitFields } from './split-fields';

/** About as many values are read at a time. */
const CHUNK_VALUES = 2 ** 20;

/** Reads all rows in order, some at a time: `visit(values, first, count)` sees rows `first` to `first + count - 1`. */
export function forEachChunk(
  source: RowSource,
  visit: (values: Float32Array, first: number, count: number) => void,
): void {
  const [size = 0, ...rest] = source.shape;
  const rowLength = rest.reduce((product, length) => product * length, 1);
  const rowsAtOnce = Math.max(1, Math.floor(CHUNK_VALUES / rowLength));
  const buffer = new Float32Array(Math.min(rowsAtOnce, size) * rowLength);
  for (let first = 0; first < size; first += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, size - first);
    const values = buffer.subarray(0, count * rowLength);
    source.readRows(
      Array.from({ length: count }, (_, i) => first + i),
      values,
    );
    visit(values, first, count);
  }
}

/**
 * The number of observed steps of each sample of a modality, `[n]`. From the first of these that the file has:
 * 1. `<modality>_lengths`;
 * 2. for text, the attention mask in `text_bert` `[n, 3, t]`;
 * 3. the features: all steps but those, wholly zero, at the end where padding is (`align`); reads them through once.
 * @throws TypeError, RangeError if what the file has doesn't fit the features `[n, t, d]`.
 */
export function lengthsOf(fields: SplitFields, modality: Modality, source: RowSource, align: Align): Int32Array {
  const [size = 0, time = 0] = source.shape;
  const key = `${modality}_lengths`;
  if (fields.has(key)) return checkLengths(fields, key, fields.numbers(key, size), time);
  if (modality === 'text' && fields.has('text_bert')) {
    const tokens = fields.features('text_bert');
    if (tokens.shape[0] !== size || tokens.shape[1] !== 3 || tokens.shape[2] !== time) {
      throw fields.problem('text_bert', `must have shape [${size}, 3, ${time}] as text has`, tokens);
    }
    return checkLengths(fields, 'text_bert[:, 1]', attentionLengths(tokens, size, time), time);
  }
  return lengthsWithoutPadding(source, align);
}

/** Steps of each sample `[n, t, d]` without the wholly zero ones at the padded end. */
export function lengthsWithoutPadding(source: RowSource, align: Align): Int32Array {
  const [size = 0, time = 0, dim = 0] = source.shape;
  const lengths = new Int32Array(size);
  forEachChunk(source, (values, first, count) => {
    for (let i = 0; i < count; i++) {
      let length = time;
      while (length > 0) {
        const step = align === 'start' ? length - 1 : time - length;
        if (!isZero(values, (i * time + step) * dim, dim)) break;
        length--;
      }
      lengths[first + i] = length;
    }
  });
  return lengths;
}

/** Whether `count` values from `start` on are all zero; NaN isn't. */
export function isZero(values: Float32Array, start: number, count: number): boolean {
  for (let i = start; i < start + count; i++) if (values[i] !== 0) return false;
  return true;
}

function attentionLengths(tokens: RowSource, size: number, time: number): Float64Array {
  const lengths = new Float64Array(size);
  forEachChunk(tokens, (values, first, count) => {
    for (let i = 0; i < count; i++) {
      const start = (3 * i + 1) * time;
      for (let step = start; step < start + time; step++) lengths[first + i]! += values[step]!;
    }
  });
  return lengths;
}

function checkLengths(fields: SplitFields, key: string, lengths: Float64Array, time: number): Int32Array {
  lengths.forEach((length, row) => {
    if (!Number.isInteger(length) || length < 0 || length > time) {
      throw fields.rangeProblem(
        `${key}[${row}]`,
        `must be an integer from 0 to the ${time} steps there are`,
        `${length}`,
      );
    }
  });
  return Int32Array.from(lengths);
}
