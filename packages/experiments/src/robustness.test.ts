import { describe, expect, test } from 'vitest';
import { checkSameMasks, type Group, outcomeOf, taskOf } from './outcome';
import { averaged, conditionsOf } from './protocols';
import type { RawResult } from './raw-result';
import { curveSeries, robustnessOf, robustnessTable } from './robustness';
import { betterOf, decide, scorerOf } from './scores';

/** A run whose MAE under each condition is given. */
function raw(scores: Record<string, number>, more: Partial<RawResult> = {}, mask = 'm'): RawResult {
  return {
    format: 'trimodal-raw-result-1',
    key: { checkpoint: '', dataHash: '', split: 'test', protocol: 'p', backend: 'cpu' },
    task: { kind: 'regression', range: [-3, 3] },
    ids: ['a'],
    truth: [1],
    conditions: Object.entries(scores).map(([name, mae]) => ({
      ...{ name, scores: { mae }, maskHash: mask + name, predictionsHash: '', predictions: [mae] },
    })),
    ...more,
  };
}
const group = (name: string, ...results: RawResult[]): Group => ({
  name,
  replicates: results.map((result, i) => ({ seed: i + 1, results: [result] })),
});

test('over rates: each, their mean, the area under the curve', () => {
  const groups = [
    group('a', raw({ 0: 1, 0.5: 2, 1: 6 }), raw({ 0: 3, 0.5: 2, 1: 4 })),
    group('b', raw({ 0: 1, 0.5: 1, 1: 1 })),
  ];
  const found = robustnessOf({ groups, protocol: 'frame-uniform', conditions: ['0', '0.5', '1'], metric: 'mae' });
  expect(found.curves[0]).toMatchObject({ means: [3, 3], areas: [2.75, 2.75], seeds: [1, 2] });
  const { columns, rows } = robustnessTable(found, ['note']);
  expect(columns.map(({ title, better }) => [title, better])).toEqual([
    ['model', undefined],
    ...['0', '0.5', '1', 'mean', 'AUILC'].map((title) => [title, 'low']),
    ['seeds', undefined],
  ]);
  expect(rows[0]!.slice(0, 2)).toEqual(['a', { mean: 2, std: Math.SQRT2 }]);
  expect(rows[1]).toEqual(['b', ...Array(5).fill({ mean: 1, std: null }), 1]);
  expect(curveSeries(found)).toEqual([
    {
      name: 'a',
      x: [0, 0.5, 1],
      mean: [2, 2, 5],
      std: [Math.SQRT2, 0, Math.SQRT2],
      seeds: [
        [1, 2, 6],
        [3, 2, 4],
      ],
    },
    { name: 'b', x: [0, 0.5, 1], mean: [1, 1, 1], std: [0, 0, 0], seeds: [[1, 1, 1]] },
  ]);
});

test('over subsets: the mean is of those that lack something; there is no area', () => {
  const names = conditionsOf('modality-subsets', { rates: [], modalities: ['text', 'audio'] }).map(({ name }) => name);
  expect(names).toEqual(['{t}', '{a}', '{t,a}']);
  const groups = [group('a', raw({ '{t}': 1, '{a}': 3, '{t,a}': 50 }))];
  const found = robustnessOf({ groups, protocol: 'modality-subsets', conditions: names, metric: 'mae' });
  expect(found.curves[0]!.means).toEqual([2]);
  expect(found.curves[0]).not.toHaveProperty('areas');
  expect(robustnessTable(found).columns.map(({ title }) => title)).toEqual(['model', ...names, 'mean of 2', 'seeds']);
  // one modality leaves one subset, the full one: there is nothing else to average
  expect(averaged('modality-subsets', [4])).toEqual([4]);
});

describe('is refused', () => {
  test('a condition that was not tested, a score that there is not', () => {
    const groups = [group('a', raw({ 0: 1 }))];
    const of = (conditions: string[], metric: string) => () =>
      robustnessOf({ groups, protocol: 'frame-uniform', conditions, metric });
    expect(of(['0.5'], 'mae')).toThrow(
      'Cannot tell of condition "0.5" as seed 1 must have been tested under it: got [0].',
    );
    expect(of(['0'], 'corr')).toThrow('Cannot tell how corr holds up as it must be one of mae');
  });

  test('to compare what lost other data, or was another sample', () => {
    const one = group('a', raw({ 0: 1 }));
    expect(checkSameMasks([one, group('b', raw({ 0: 2 }))], ['0'])).toEqual(['m0']);
    for (const other of [raw({ 0: 1 }, {}, 'n'), raw({ 0: 1 }, { ids: ['b'] })]) {
      expect(() => checkSameMasks([one, group('b', other)], ['0'])).toThrow(
        'Cannot compare a (seed 1) and b (seed 1) as both must have been tested on the same samples with the same masks: they differ under "0".',
      );
    }
  });

  test('to score two tasks together', () => {
    const classes = raw({}, { task: { kind: 'classification', classes: ['x', 'y'] } });
    expect(() => taskOf([raw({}), classes])).toThrow('their task must be the same');
    expect(() => taskOf([])).toThrow('got none');
  });
});

test('folds are put one after another and scored as one', () => {
  const results = [raw({ 0: 0 }), raw({ 0: 5 }, { ids: ['b', 'c'], truth: [2, 1] })];
  const second = { ...results[1]!, conditions: [{ ...results[1]!.conditions[0]!, predictions: [5, 1] }] };
  const { ids, truth, predictions, scores } = outcomeOf({ seed: 1, results: [results[0]!, second] }, '0');
  expect([ids, [...truth], [...predictions]]).toEqual([
    ['a', 'b', 'c'],
    [1, 2, 1],
    [0, 5, 1],
  ]);
  expect(scores['mae']).toBeCloseTo((1 + 3 + 0) / 3, 6);
  // fold by fold the masks differ, as they must
  expect(checkSameMasks([{ name: 'a', replicates: [{ seed: 1, results: [results[0]!, second] }] }], ['0'])).toEqual([
    undefined,
  ]);
});

test('scores of classes are of the largest logit', () => {
  const task = { kind: 'classification', classes: ['x', 'y'] } as const;
  const logits = Float32Array.of(2, 1, 0, 3, 5, 4);
  expect([...Array.from(decide(task, logits))]).toEqual([0, 1, 0]);
  const scores = scorerOf(task)(Float32Array.of(0, 1, 1), logits);
  expect(scores['accuracy']).toBeCloseTo(2 / 3, 12);
  expect(scores).not.toHaveProperty('confusion');
  expect([betterOf('mae'), betterOf('accuracy')]).toEqual(['low', 'high']);
});
