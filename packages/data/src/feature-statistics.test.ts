import { Rng } from '@trimodal/core';
import { expect, test } from 'vitest';
import { FeatureMoments } from './feature-statistics';

function statisticsOf(rows: number[][]) {
  const moments = new FeatureMoments(rows[0]!.length);
  for (const row of rows) moments.add(Float32Array.from(row), 0);
  return moments.finish();
}

test('agrees with two passes in float64, far from 0 as well', () => {
  const rng = new Rng(1);
  const column = Array.from({ length: 500 }, () => Math.fround(1e4 + rng.normal()));
  const mean = column.reduce((a, b) => a + b) / 500;
  const std = Math.sqrt(column.reduce((a, b) => a + (b - mean) ** 2, 0) / 500);
  const got = statisticsOf(column.map((value) => [value, -3 * value]));
  expect(got.mean[0]).toBeCloseTo(mean, 9);
  expect(got.std[0]).toBeCloseTo(std, 9);
  expect(got.std[1]).toBeCloseTo(3 * std, 3);
  expect(got.steps).toBe(500);
});

test('a column is constant to float32 precision, whatever its value', () => {
  const got = statisticsOf(Array.from({ length: 101 }, (_, i) => [0.1, 1 + (i % 2) * 2 ** -24, 1e-20 * i, 0]));
  expect([...got.constant]).toEqual([1, 1, 0, 1]);
  expect(got.std[0]).toBe(1);
  expect(got.mean[0]).toBe(Math.fround(0.1));
});

test('what is not finite is left out', () => {
  const got = statisticsOf([
    [Number.NaN, 1],
    [2, Number.NEGATIVE_INFINITY],
    [4, 3],
  ]);
  expect([...got.mean]).toEqual([3, 2]);
  expect([...got.std]).toEqual([1, 1]);
  expect([...got.constant]).toEqual([0, 0]);
});

test('a column without a finite value is constant, and one that becomes finite late is not lost', () => {
  const got = statisticsOf([
    [Number.NaN, Number.NaN],
    [Number.POSITIVE_INFINITY, 5],
    [Number.NaN, 9],
  ]);
  expect([...got.constant]).toEqual([1, 0]);
  expect([...got.mean]).toEqual([0, 7]);
  expect([...got.std]).toEqual([1, 2]);
});

test('nothing observed: the identity', () => {
  const got = new FeatureMoments(2).finish();
  expect(got).toEqual({
    mean: new Float64Array(2),
    std: new Float64Array([1, 1]),
    constant: new Uint8Array(2),
    steps: 0,
  });
});
