import { Rng } from '@trimodal/core';
import { mae, pairedTTest, regressionMetrics } from '@trimodal/metrics';
import { describe, expect, test } from 'vitest';
import type { Group } from '../outcome';
import type { RawResult } from '../raw-result';
import { robustnessOf } from '../robustness';
import { scorerOf } from '../scores';
import { tableToMarkdown } from '../table/markdown';
import { comparisonTable, differencesTable, missingPartsTable } from './comparison-tables';
import { compareWithBaseline } from './significance';

const SIZE = 60;
const truth = Float32Array.from({ length: SIZE }, (_, i) => (i % 7) - 3 + 0.1);
const regression = { kind: 'regression', range: [-3, 3] } as const;

/** A run whose errors are normal noise of a size, the same for a seed whatever the size. */
function result(seed: number, noise: number, more: Partial<RawResult> = {}): RawResult {
  const rng = new Rng(seed);
  const predictions = truth.map((value) => value + noise * rng.normal());
  const condition = { name: 'whole', scores: regressionMetrics(truth, predictions), predictionsHash: '' };
  return {
    format: 'trimodal-raw-result-1',
    key: { checkpoint: '', dataHash: '', split: 'test', protocol: 'none', backend: 'cpu' },
    task: regression,
    ids: Array.from(truth, (_, i) => `s${i}`),
    truth: [...truth],
    conditions: [{ ...condition, predictions: [...predictions] }],
    ...more,
  };
}
const group = (name: string, noises: Record<number, number>): Group => ({
  name,
  replicates: Object.entries(noises).map(([seed, noise]) => ({
    seed: Number(seed),
    results: [result(Number(seed), noise)],
  })),
});
const baseline = group('full', { 1: 1, 2: 1.1, 3: 0.9, 4: 1 });
const compare = (others: Group[], metrics = ['mae']) =>
  compareWithBaseline({ baseline, others, condition: 'whole', metrics, numResamples: 500 });

describe('a group', () => {
  const [worse, same] = compare([group('worse', { 1: 2, 2: 2, 3: 2.1, 4: 1.9 }), { ...baseline, name: 'same' }]);

  test('that is worse is found to be, by both tests', () => {
    expect(worse!.difference).toBeGreaterThan(0.5);
    expect(worse!.overSeeds!.adjusted).toBeLessThan(0.05);
    expect(worse!.overSamples.adjusted).toBeLessThan(0.01);
    expect(worse!.overSamples.lower).toBeGreaterThan(0);
    expect(worse!.overSamples.lower).toBeLessThan(worse!.difference);
    expect(worse!.overSamples.upper).toBeGreaterThan(worse!.difference);
  });

  test('that is the same is not', () => {
    expect(same).toMatchObject({
      difference: 0,
      overSeeds: { pValue: expect.closeTo(1, 6) },
      overSamples: { pValue: 1, lower: 0, upper: 0 },
    });
  });

  test('is corrected for the number of groups', () => {
    // the smaller of two is doubled
    expect(worse!.overSeeds!.adjusted).toBeCloseTo(2 * worse!.overSeeds!.pValue, 12);
    expect(worse!.overSamples.adjusted).toBeCloseTo(2 * worse!.overSamples.pValue, 12);
  });
});

test('seeds are paired: only those in common count', () => {
  const [found] = compare([group('other', { 3: 1.5, 9: 5, 1: 1.2 })]);
  const score = (seed: number, noise: number) => result(seed, noise).conditions[0]!.scores['mae']!;
  const wanted = pairedTTest([score(1, 1.2), score(3, 1.5)], [score(1, 1), score(3, 0.9)]);
  expect(found!.seeds).toBe(2);
  expect(found!.difference).toBeCloseTo(wanted.difference, 12);
  expect(found!.overSeeds!.pValue).toBeCloseTo(wanted.pValue, 12);
});

test('one seed has a test over samples alone', () => {
  const [found] = compare([group('other', { 2: 3 })], ['corr']);
  expect(found).not.toHaveProperty('overSeeds');
  expect(found!.difference).toBeLessThan(0);
  expect(found!.overSamples.pValue).toBeLessThan(0.05);
});

test('without a seed in common, or with other samples, there is nothing to compare', () => {
  expect(() => compare([group('other', { 7: 1 })])).toThrow('must have a seed in common: got [7] and [1, 2, 3, 4]');
  const elsewhere = { name: 'other', replicates: [{ seed: 1, results: [result(1, 1, { ids: ['x'] })] }] };
  expect(() => compare([elsewhere])).toThrow('Cannot compare full (seed 1) and other (seed 1)');
});

test('folds are scored as one', () => {
  const part = (seed: number, fold: number) => result(10 * seed + fold, fold + 1, { ids: [`${fold}`] });
  const folded = (name: string, seeds: number[]): Group => ({
    name,
    replicates: seeds.map((seed) => ({ seed, results: [part(seed, 0), part(seed, 1)] })),
  });
  const [found] = compareWithBaseline({
    baseline: folded('a', [1, 2]),
    others: [folded('b', [2, 1])],
    condition: 'whole',
    metrics: ['mae'],
    numResamples: 50,
  });
  expect(found).toMatchObject({ difference: 0, seeds: 2 });
  const table = comparisonTable({
    title: 't',
    contenders: [{ group: folded('a', [1]), numParameters: 5, msPerStep: [1, 2] }],
    condition: 'whole',
    metrics: ['mae'],
    differences: [],
  });
  const both = [part(1, 0), part(1, 1)];
  const pooled = mae(
    both.flatMap(({ truth: all }) => all),
    both.flatMap(({ conditions }) => conditions[0]!.predictions),
  );
  expect(table.rows[0]).toEqual(['a', { mean: expect.closeTo(pooled, 6), std: null }, 5, 1.5, 1]);
});

test('classes are compared by the class that a prediction comes to', () => {
  const task = { kind: 'classification', classes: ['a', 'b', 'c'] } as const;
  const labels = Float32Array.from({ length: 40 }, (_, i) => i % 3);
  const classify = (seed: number, hit: (i: number) => boolean): RawResult => {
    const predictions = Float32Array.from({ length: 120 }, (_, k) => {
      const [i, c] = [Math.floor(k / 3), k % 3];
      return c === (labels[i]! + (hit(i) ? 0 : 1)) % 3 ? 1 : 0;
    });
    const scores = scorerOf(task)(labels, predictions);
    return {
      ...result(seed, 1),
      task,
      truth: [...labels],
      conditions: [{ name: 'whole', scores, predictionsHash: '', predictions: [...predictions] }],
    };
  };
  const of = (name: string, hit: (i: number) => boolean): Group => ({
    name,
    replicates: [{ seed: 1, results: [classify(1, hit)] }],
  });
  const [found] = compareWithBaseline({
    baseline: of('always', () => true),
    others: [of('half', (i) => i % 2 === 0)],
    condition: 'whole',
    metrics: ['accuracy'],
  });
  expect(found!.difference).toBe(-0.5);
  expect(found!.overSamples.upper).toBeLessThan(-0.3);
});

test('tables tell marks, both tests and costs', () => {
  const groups = [baseline, group('w/o x', { 1: 2, 2: 2, 3: 2.1, 4: 1.9 })];
  const contenders = groups.map((each, i) => ({ group: each, numParameters: 1000 + i, msPerStep: [3, 4] }));
  const differences = compare(groups.slice(1), ['mae', 'corr']);
  const metrics = ['mae', 'corr'];
  const text = tableToMarkdown(
    comparisonTable({ title: 'Ablation', contenders, condition: 'whole', metrics, differences }),
  );
  expect(text).toMatch(
    /\| full \| \*\*0\.\d{3}\*\* ± 0\.\d{3} \| \*\*0\.\d{3}\*\* ± 0\.\d{3} \| 1,000 \| 3\.5 \| 4 \|/,
  );
  expect(text).toMatch(/\| w\/o x \| 1\.\d{3} ± 0\.\d{3}†‡ \|/);
  expect(text).toContain('- † differs from the first row over seeds');
  const details = tableToMarkdown(differencesTable('Differences to full', differences));
  expect(details.split('\n').filter((line) => line.startsWith('| w/o x | mae |'))).toHaveLength(1);
  expect(details).toMatch(/\| w\/o x \| corr \| -0\.\d{4} \| -0\.\d{4} to -0\.\d{4} \| 0\.\d{4} \|/);
  const found = robustnessOf({ groups, protocol: 'modality-subsets', conditions: ['whole'], metric: 'mae' });
  expect(missingPartsTable('Missing', [found]).columns.map(({ title }) => title)).toEqual(['model', 'mae']);
});
