import { expect, test } from 'vitest';
import { groupRuns } from './groups';

const run = (path: string, seed: number, config: object = {}, architecture = 'dbr') => ({
  path,
  seed,
  architecture,
  dataHash: 'd',
  config: { seed, ...config },
});
const named = (...runs: ReturnType<typeof run>[]) =>
  groupRuns(runs).map(({ name, runs: members }) => [name, ...members.map(({ seed }) => seed)]);

test('runs that differ by seed alone are a group, whatever the order of keys', () => {
  expect(
    named(
      run('r/dbr/seed-2', 2, { a: 1, b: 2 }),
      run('r/dbr/seed-1', 1, { b: 2, a: 1 }),
      run('r/wide', 1, { a: 2, b: 2 }),
    ),
  ).toEqual([
    ['dbr', 1, 2],
    ['wide', 1],
  ]);
});

test('a group is named by what its paths share but for the seed', () => {
  expect(named(run('r/dbr-1111', 1111), run('r/dbr-1112', 1112))).toEqual([['dbr', 1111, 1112]]);
  expect(named(run('r/dbr/1111', 1111))).toEqual([['dbr', 1111]]);
  expect(named(run('r/first', 1), run('r/second', 2))).toEqual([['dbr', 1, 2]]);
});

test('two groups of one name have their paths', () => {
  expect(named(run('r/dbr/seed-1', 1), run('s/dbr/seed-1', 1, { a: 1 }))).toEqual([
    ['r/dbr/seed-1', 1],
    ['s/dbr/seed-1', 1],
  ]);
});

test('another architecture or other data are another group', () => {
  const [a, b] = [run('a', 1), { ...run('b', 2), dataHash: 'other' }];
  expect(named(a, b, run('c', 3, {}, 'concat'))).toEqual([
    ['a', 1],
    ['b', 2],
    ['c', 3],
  ]);
});

test('a seed twice is refused', () => {
  expect(() => named(run('a', 1), run('b', 1))).toThrow('Cannot group b and a as each seed must be there once');
});
