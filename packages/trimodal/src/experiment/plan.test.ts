import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { newFolder } from '../__fixtures__/cli';
import { presetRun } from '../recipes';
import type { Arm } from './arms';
import { lockFolder } from './lock';
import { planTrainings } from './plan';

const arm = (name: string): Arm => ({ name, architecture: 'concat', config: presetRun('concat') });

test('every arm of a seed comes before the next seed', () => {
  const trainings = planTrainings([arm('full'), arm('w/o x')], [1, 2], 'out');
  expect(trainings.map(({ label, directory, config }) => [label, directory.path, config.seed])).toEqual([
    ['full, seed 1', join('out', 'full', 'seed-1'), 1],
    ['w/o x, seed 1', join('out', 'without-x', 'seed-1'), 1],
    ['full, seed 2', join('out', 'full', 'seed-2'), 2],
    ['w/o x, seed 2', join('out', 'without-x', 'seed-2'), 2],
  ]);
});

test('a fold takes two runs', () => {
  const trainings = planTrainings([arm('full')], [5], 'out', 2);
  expect(trainings.map(({ label, config, assignments }) => [label, config.data.fold, assignments])).toEqual(
    [
      ['1a', { folds: 2, fold: 0, half: 0 }],
      ['1b', { folds: 2, fold: 0, half: 1 }],
      ['2a', { folds: 2, fold: 1, half: 0 }],
      ['2b', { folds: 2, fold: 1, half: 1 }],
    ].map(([name, fold]) => [`full, seed 5, fold ${name} of 2`, fold, [`data.fold=${JSON.stringify(fold)}`]]),
  );
  expect(new Set(trainings.map(({ directory }) => directory.path)).size).toBe(4);
});

test('two arms in one folder are refused', () => {
  expect(() => planTrainings([arm('w/o x'), arm('without X')], [1], 'out')).toThrow(
    'Cannot name a folder after the arm "without X" as the name must have letters or digits of its own: it would be without-x, as that of "w/o x".',
  );
  expect(() => planTrainings([arm('*')], [1], 'out')).toThrow('it has none');
});

test('what has begun with another configuration is refused, before anything runs', () => {
  const out = newFolder();
  const [training] = planTrainings([arm('full')], [1], out);
  mkdirSync(training!.directory.checkpoints, { recursive: true });
  writeFileSync(join(training!.directory.path, 'config.json'), JSON.stringify(training!.config));
  expect(planTrainings([arm('full')], [1], out)).toHaveLength(1);
  const changed = {
    ...arm('full'),
    config: { ...presetRun('concat'), training: { ...presetRun('concat').training, maxEpochs: 3 } },
  };
  expect(() => planTrainings([changed], [1], out)).toThrow(
    `Cannot go on with ${training!.directory.path} as the run there must be of "full" as it is now: training.maxEpochs was 20, is 3; choose another --out, or delete the folder.`,
  );
});

test('a folder is one process alone', () => {
  const out = dirname(newFolder());
  const unlock = lockFolder(out);
  writeFileSync(join(out, '.lock'), '1'); // a process that is there
  expect(() => lockFolder(out)).toThrow(
    `Cannot write into ${out} as no other process may at the same time: process 1 does`,
  );
  writeFileSync(join(out, '.lock'), '99999999'); // one that is gone
  lockFolder(out)();
  unlock();
  expect(() => lockFolder(out)()).not.toThrow();
});
