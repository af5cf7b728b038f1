import { Rng } from '@trimodal/core';
import type { SyntheticFactors } from '@trimodal/data';
import { expect, test } from 'vitest';
import type { CollectedParts, Pooled } from './collect-parts';
import { factorRecovery, recoveryRows } from './factor-recovery';

type Matrix = SyntheticFactors['shared'];

const SIZES = { train: 300, valid: 150 };

function draw(name: string, split: keyof typeof SIZES, width: number): Matrix {
  const rng = new Rng(5).fork(`${name}-${split}`);
  const rows = SIZES[split];
  return { data: Float32Array.from({ length: rows * width }, () => rng.normal()), shape: [rows, width] };
}

function factorsOf(split: keyof typeof SIZES): SyntheticFactors {
  const perModality = (name: string) => ({ text: draw(`${name}-t`, split, 3), audio: draw(`${name}-a`, split, 3) });
  return {
    shared: draw('shared', split, 2),
    private: perModality('private'),
    noise: perModality('noise'),
    cross: draw('cross', split, 2),
  };
}

/** A part that holds the sums of its factors' columns, each in a column of its own, turned and stretched. */
function holding(factors: readonly Matrix[], rows: readonly number[]): Pooled {
  const dim = factors.reduce((sum, { shape }) => sum + shape[1], 0);
  const data = rows.flatMap((row) => {
    const values = factors.flatMap(({ data, shape }) => [...data.subarray(row * shape[1], (row + 1) * shape[1])]);
    return values.map((value, i) => 3 * value - (values[(i + 1) % dim] ?? 0) + 7);
  });
  return { data: Float32Array.from(data), dim, rows: Int32Array.from(rows) };
}

/** The shared parts hold the shared factors, that of audio its own besides; the private part of text holds its own, that of audio none. */
function partsOf(split: keyof typeof SIZES): { parts: CollectedParts; factors: SyntheticFactors } {
  const factors = factorsOf(split);
  const all = Array.from({ length: SIZES[split] }, (_, i) => i);
  const some = all.filter((row) => row % 3 !== 0); // audio is missing now and then
  return {
    factors,
    parts: {
      shared: {
        text: holding([factors.shared], all),
        audio: holding([factors.shared, factors.private.audio!], some),
      },
      private: { text: holding([factors.private.text!], all), audio: holding([factors.cross], some) },
      predictions: { joint: new Float32Array(SIZES[split]) },
      labels: new Float32Array(SIZES[split]),
    },
  };
}

test('probes find what a part holds, wherever it is in it, and nothing else', () => {
  const { shared, private: own } = factorRecovery(partsOf('train'), partsOf('valid'));
  expect(shared.text!.shared).toBeGreaterThan(0.99);
  expect(shared.text!.private).toBeLessThan(0.05);
  expect(shared.audio!.shared).toBeGreaterThan(0.99);
  expect(shared.audio!.private).toBeGreaterThan(0.99);
  expect(own.text!.private).toBeGreaterThan(0.99);
  expect(own.text!.shared).toBeLessThan(0.05);
  expect(own.audio!.shared).toBeLessThan(0.05);
  expect(own.audio!.private).toBeLessThan(0.05);
});

test('a row a part', () => {
  const recovery = factorRecovery(partsOf('train'), partsOf('valid'));
  expect(recoveryRows(recovery)).toEqual([
    ['shared text', recovery.shared.text],
    ['shared audio', recovery.shared.audio],
    ['private text', recovery.private.text],
    ['private audio', recovery.private.audio],
  ]);
});
