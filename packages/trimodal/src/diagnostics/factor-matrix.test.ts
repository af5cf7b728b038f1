import { Rng } from '@trimodal/core';
import type { Matrix, SyntheticFactors } from '@trimodal/data';
import { expect, test } from 'vitest';
import { factorMatrix } from './factor-matrix';
import type { PooledSlot } from './pooled-slots';

const N = 60;
const matrix = (name: string, split: string): Matrix => {
  const rng = new Rng(1).fork(name + split);
  return { data: Float32Array.from({ length: 2 * N }, () => rng.normal()), shape: [N, 2] };
};
const factors = (split: string): SyntheticFactors => ({
  shared: matrix('shared', split),
  private: { text: matrix('text', split), audio: matrix('audio', split) },
  noise: { text: matrix('noise', split) },
  cross: matrix('cross', split),
});

/** A part that is a factor, for the samples in `rows`. */
function part(slot: string, { data }: Matrix, rows: readonly number[]): PooledSlot {
  return {
    slot,
    modality: 'text',
    dim: 2,
    rows: Int32Array.from(rows),
    data: Float32Array.from(rows.flatMap((row) => [...data.subarray(2 * row, 2 * row + 2)])),
  };
}

test('a factor is found in the part that holds it, and nowhere else, sample by sample', () => {
  const all = Array.from({ length: N }, (_, i) => i);
  const some = all.filter((row) => row % 3 > 0); // samples that lack the modality are not in the part
  const side = (split: string) => {
    const made = factors(split);
    return { factors: made, parts: [part('shared', made.shared, all), part('noise', made.private.text!, some)] };
  };
  const { rows, columns, values } = factorMatrix(side('train'), side('valid'));
  expect(rows).toEqual(['shared text', 'noise text']);
  expect(columns).toEqual(['shared', 'private text', 'private audio', 'cross', 'nuisance text']);
  const found = values.map((row) => row.map((value) => value! > 0.95));
  expect(found).toEqual([
    [true, false, false, false, false],
    [false, true, false, false, false],
  ]);
  for (const value of values.flat()) if (value! < 0.95) expect(value).toBeLessThan(0.2);
});
