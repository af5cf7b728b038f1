import { beforeAll, expect, test } from 'vitest';
import { CONFIG, DATA, newFolder, printed, readJson, trainTiny } from '../__fixtures__/cli';
import { inspect } from './inspect';
import { inspectData } from './inspect-data';

const run = newFolder();
beforeAll(async () => {
  await trainTiny(run);
});

/** Name, shape and count of each line. */
const lines = (text: string) => text.split('\n').map((line) => line.trim().split(/\s{2,}/));

test('the tree of a run: every weight with its shape, counts that add up', async () => {
  const { text } = await printed(() => inspect(run, {}));
  const [root, ...rest] = lines(text);
  expect(root).toEqual(['(model): TrimodalModel', readJson(run, 'result.json').numParameters.toLocaleString('en')]);
  const weights = rest.filter(([name]) => name!.includes('['));
  const counts = weights.map(([name, count]) => {
    const shape: number[] = JSON.parse(/\[.*\]/.exec(name!)![0]);
    const size = shape.reduce((a, b) => a * b, 1);
    expect(Number(count!.replaceAll(',', '')), name).toBe(size);
    return size;
  });
  expect(counts.reduce((a, b) => a + b)).toBe(Number(root![1]!.replaceAll(',', '')));
  expect(text).toContain('sharedBranch: TemporalStructuralFactorization');
  expect(text).toMatch(/^ {2}encoders {2,}\d/m);
  expect(text).toMatch(/^ +\w+ \[7, \d+\]/m); // the text of these data has 7 features
});

test('a run is shown as it is', async () => {
  await expect(inspect(run, { set: ['model.dModel=4'] })).rejects.toThrow(/must go with a preset: it is a run/);
});

test('the tree of a preset, edited, on data of one choice', async () => {
  const { text } = await printed(() =>
    inspect('dbr', {
      data: DATA,
      config: CONFIG,
      set: [
        'model.privateBranch.kind=identity',
        'model.objective={"anchorPreservation":0,"antiLeakage":0,"borrowCost":0}',
      ],
    }),
  );
  expect(text).not.toContain('privateBranch');
  expect(text).toContain('encoders');
  const { text: synthetic } = await printed(() => inspect('concat', {}));
  expect(synthetic).toMatch(/^ +\w+ \[32, \d+\]/m);
});

test('what is in a feature file', async () => {
  const json = `${newFolder()}/data.json`;
  const { text } = await printed(() => inspectData(DATA, { json }));
  expect(text).toMatch(/^sha256 [0-9a-f]{64}$/m);
  expect(text).toMatch(/train audio +│ \[30, 6, 5\] │ float32 │ 30 of 30 │ +1 \/ 3\.8 \/ 6 │ +0 │ +1 │ +0 │ +0 │/);
  expect(text).toMatch(/test vision +│ +\[11, 5, 3\] │ float32 │ +7 of 11 │/);
  expect(text).toContain('constant in valid vision: 1');
  expect(text).toMatch(/valid +│ +9 │ +1\.094 │ +0 │ +0 │ +1 │ +1 │ +3 │ +3 │ +1 │/);
  expect(readJson(json).splits.train.samples).toBe(30);
});

test('what is in the synthetic benchmark', async () => {
  const { text } = await printed(() => inspectData('synthetic', {}));
  expect(text).toMatch(/train text +│ +\[1200, 12, 32\]/);
});

test('a file that is none', async () => {
  await expect(printed(() => inspectData('no.pkl', {}))).rejects.toThrow(/Cannot open no\.pkl/);
});
