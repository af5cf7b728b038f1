import { type Modality, mapModalities, Rng } from '@trimodal/core';
import { expect, test } from 'vitest';
import { branchBalance } from './branch-balance';
import type { CollectedParts, Pooled } from './collect-parts';

const N = 80;
const DIM = 3;

/** A part of every sample, or of those in `rows`, from a function of the sample and the feature. */
function part(value: (row: number, column: number) => number, rows = Array.from({ length: N }, (_, i) => i)): Pooled {
  return {
    data: Float32Array.from({ length: rows.length * DIM }, (_, i) => value(rows[Math.floor(i / DIM)]!, i % DIM)),
    dim: DIM,
    rows: Int32Array.from(rows),
  };
}

/** Noise that depends on its name, the sample and the feature alone. */
function noise(name: string) {
  const rng = new Rng(3).fork(name);
  const values = Float32Array.from({ length: N * DIM }, () => rng.normal());
  return (row: number, column: number) => values[row * DIM + column]!;
}

const own = { text: part(noise('t')), audio: part(noise('a')), vision: part(noise('v')) };
const labels = Float32Array.from({ length: N }, (_, i) => (i % 7) - 3);
const off = (by: number) => labels.map((label, i) => label + (i % 2 ? by : -by));

function collected(
  shared: CollectedParts['shared'],
  privatePart: CollectedParts['private'] = own,
  predictions: CollectedParts['predictions'] = { joint: labels },
): CollectedParts {
  return { shared, private: privatePart, predictions, labels };
}

test('equal shared parts repeat each other wholly and tell nothing of their modality', () => {
  const one = part(noise('common'));
  const { redundancy, leakage } = branchBalance(collected({ text: one, audio: one, vision: one }));
  expect(redundancy).toBeCloseTo(1, 5);
  expect(leakage.chance).toBeCloseTo(1 / 3, 12);
  expect(leakage.modalityFromShared).toBeLessThan(0.45);
});

test('CKA does not see a rotation or a scale', () => {
  const common = noise('common');
  const turned = part((row, column) => 5 * common(row, (column + 1) % DIM));
  const { redundancy } = branchBalance(collected({ text: part(common), audio: turned }));
  expect(redundancy).toBeCloseTo(1, 5);
});

test('shared parts that are apart give their modality away', () => {
  const shifted = (name: string, by: number) =>
    part((row, column) => noise(name)(row, column) + (column === by ? 9 : 0));
  const shared = { text: shifted('x', 0), audio: shifted('y', 1), vision: shifted('z', 2) };
  const { redundancy, leakage } = branchBalance(collected(shared));
  expect(leakage.modalityFromShared).toBe(1);
  expect(redundancy).toBeLessThan(0.2);
});

test('the probe is scored on samples that it was not fitted on', () => {
  // more features than samples: a probe knows by heart what it was fitted on
  const wide = (name: string): Pooled => {
    const rng = new Rng(3).fork(name);
    const data = Float32Array.from({ length: N * 3 * N }, () => rng.normal());
    return { data, dim: 3 * N, rows: Int32Array.from({ length: N }, (_, i) => i) };
  };
  const { leakage } = branchBalance(collected({ text: wide('x'), audio: wide('y') }));
  expect(leakage.modalityFromShared).toBeGreaterThan(0.3);
  expect(leakage.modalityFromShared).toBeLessThan(0.7);
});

test('a private part that copies its shared part is found out', () => {
  expect(branchBalance(collected(own, own)).leakage.privateSharedCka).toBeCloseTo(1, 5);
  const others = { text: own.audio, audio: own.vision, vision: own.text };
  expect(branchBalance(collected(others, own)).leakage.privateSharedCka).toBeLessThan(0.2);
});

test('samples that lack a modality are left out, the others compared row by row', () => {
  const common = noise('common');
  const odd = Array.from({ length: N / 2 }, (_, i) => 2 * i + 1);
  const shared = { text: part(common), audio: part(common, odd) };
  const { redundancy, leakage } = branchBalance(
    collected(
      shared,
      mapModalities(shared, (_, m: Modality) => own[m]),
    ),
  );
  expect(redundancy).toBeCloseTo(1, 5);
  expect(leakage.chance).toBeCloseTo(2 / 3, 12);
});

test('bias: the share of the error without text that text takes away', () => {
  const whole = collected(own, own, { joint: off(0.5), shared: off(1), private: off(2) });
  const textless = collected(own, own, { joint: off(3), shared: off(4), private: off(4) });
  expect(branchBalance(whole, textless).bias).toBeCloseTo(1 - 1 / 4, 6);
  expect(branchBalance(whole)).not.toHaveProperty('bias');
});

test('complementarity: how much better both are than the better one', () => {
  const balance = branchBalance(collected(own, own, { joint: off(0.5), shared: off(1), private: off(2) }));
  expect(balance.complementarity).toBeCloseTo(0.5, 6);
  expect(branchBalance(collected(own))).not.toHaveProperty('complementarity');
});
