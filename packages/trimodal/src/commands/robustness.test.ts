import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { DATA, newFolder, printed, readJson, trainTiny } from '../__fixtures__/cli';
import type { RunResult } from '../run-result';
import { type RobustnessCommandOptions, robustness } from './robustness';

const root = dirname(newFolder());
const dbr = [join(root, 'runs', 'dbr', 'seed-1'), join(root, 'runs', 'dbr', 'seed-2')];
const concat = join(root, 'runs', 'baseline');
const results: RunResult[] = [];
beforeAll(async () => {
  for (const [i, out] of dbr.entries()) results.push((await trainTiny(out, { seed: i + 1 })).value);
  await trainTiny(concat, { preset: 'concat', seed: 1 });
});

const out = join(root, 'tables');
const run = (paths: readonly string[], options: Partial<RobustnessCommandOptions> = {}) =>
  printed(() => robustness(paths, { data: DATA, out, ...options }));
const rates = '0,0.5,1';
const read = (name: string) => readFileSync(join(out, name), 'utf8');

describe('two models, one of two seeds', () => {
  let text: string;
  beforeAll(async () => {
    ({ text } = await run([join(root, 'runs', 'dbr'), concat], { rates }));
  });

  test('each score has a table in three formats, and curves', () => {
    const metrics = ['mae', 'corr', 'acc2NonZero', 'f1NonZero'];
    const names = [
      'robustness.md',
      ...metrics.flatMap((metric) => ['csv', 'png', 'svg', 'tex'].map((type) => `frame-uniform-${metric}.${type}`)),
      ...metrics.flatMap((metric) => ['csv', 'tex'].map((type) => `modality-subsets-${metric}.${type}`)),
    ];
    expect(readdirSync(out).sort()).toEqual(names.sort());
    expect(readFileSync(join(out, 'frame-uniform-mae.png')).subarray(1, 4).toString()).toBe('PNG');
    expect(read('frame-uniform-mae.svg')).toContain('rate of missing steps');
  });

  test('the table is that of the raw results: rates, mean, area', () => {
    const raw = dbr.map((path) => readJson(path, 'robustness', 'frame-uniform-test.json'));
    const curves = raw.map(({ conditions }) => conditions.map(({ scores }: { scores: { mae: number } }) => scores.mae));
    const [head, first, second] = read('frame-uniform-mae.csv')
      .split('\n')
      .map((line) => line.split(','));
    expect(head).toEqual([
      'model',
      '0',
      '0 std',
      '0.5',
      '0.5 std',
      '1',
      '1 std',
      'mean',
      'mean std',
      'AUILC',
      'AUILC std',
      'seeds',
    ]);
    const average = (f: (curve: number[]) => number) => curves.reduce((sum, curve) => sum + f(curve), 0) / 2;
    expect([first![0], second![0]]).toEqual(['dbr', 'baseline']);
    expect(Number(first![1])).toBeCloseTo((results[0]!.test['mae']! + results[1]!.test['mae']!) / 2, 12);
    expect(Number(first![5])).toBeCloseTo(
      average(([, , one]) => one!),
      12,
    );
    expect(Number(first![7])).toBeCloseTo(
      average(([a, b, c]) => (a! + b! + c!) / 3),
      12,
    );
    expect(Number(first![9])).toBeCloseTo(
      average(([a, b, c]) => a! / 4 + b! / 2 + c! / 4),
      12,
    );
    expect([first!.at(-1), second!.at(-1)]).toEqual(['2', '1']);
    expect(second![2]).toBe(''); // one seed has no spread
  });

  test('the six subsets, their mean, and all', () => {
    const [head, first] = read('modality-subsets-mae.csv').split('\n');
    expect(head).toContain('{t},{t} std,{a},{a} std,{v},{v} std,"{t,a}"');
    expect(head).toContain('"{t,a,v}","{t,a,v} std",mean of 6,mean of 6 std,seeds');
    const values = [...first!.matchAll(/,([-\d.e]+)/g)].map(([, value]) => Number(value));
    const six = [0, 2, 4, 6, 8, 10].map((i) => values[i]!);
    expect(values[14]).toBeCloseTo(six.reduce((a, b) => a + b) / 6, 12);
  });

  test('the page says what must be known', () => {
    const page = read('robustness.md');
    for (const said of [
      /Data: tiny\.pkl, SHA-256 `[0-9a-f]{64}`; the test split, 11 samples/,
      /Seeds: 1, 2; ± is the sample standard deviation/,
      /Selection: the epoch with the lowest mae on the validation split/,
      /masks are the same for every model and seed; SHA-256 of their hashes, in order: `[0-9a-f]{64}`/,
      /Made by `trimodal robustness .*--data .*tiny\.pkl --out .* --rates 0,0\.5,1/,
      /\| dbr \| .* ± .*\|/,
      /!\[mae under frame-uniform\]\(frame-uniform-mae\.svg\)/,
    ]) {
      expect(page).toMatch(said);
    }
  });

  test('the terminal gets means and a plot', () => {
    expect(text).toMatch(/│ mae, frame-uniform +│ +0 │ +0\.5 │ +1 │ +mean │ +AUILC │ +seeds │/);
    expect(text).toContain('● dbr   ○ baseline');
    expect(text).toContain(`Written to ${out}: robustness.md`);
  });
});

describe('raw results', () => {
  const file = join(dbr[0]!, 'robustness', 'frame-uniform-test.json');
  const only = { protocol: 'frame-uniform', rates: '0,0.5' };

  test('are read where they are there, made where not', async () => {
    rmSync(join(dbr[0]!, 'robustness'), { recursive: true });
    await run(dbr, { ...only, rates: '0' });
    const [whole] = readJson(file).conditions;
    // a value that no model gave: it stays if the condition is not scored again
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"mae": [\d.]+/, '"mae": 77'));
    await run(dbr, only);
    const { conditions } = readJson(file);
    expect(conditions.map(({ name }: { name: string }) => name)).toEqual(['0', '0.5']);
    expect(conditions[0].scores.mae).toBe(77);
    expect(conditions[0].predictions).toEqual(whole.predictions);
    const written = statSync(file).mtimeMs;
    await run(dbr, only);
    expect(statSync(file).mtimeMs).toBe(written);
  });

  test('are made anew for other weights, by another backend', async () => {
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"checkpoint": "[0-9a-f]+"/, '"checkpoint": "other"'));
    await run(dbr, only);
    expect(readJson(file).conditions[0].scores.mae).toBe(results[0]!.test['mae']);
    await run(dbr, { ...only, backend: 'compiled' });
    expect(readJson(file).key.backend).toBe('compiled');
  });

  test('that are damaged are refused', async () => {
    const copy = newFolder();
    cpSync(dbr[0]!, copy, { recursive: true });
    const damaged = join(copy, 'robustness', 'frame-uniform-test.json');
    const text = readFileSync(damaged, 'utf8');
    writeFileSync(damaged, text.replace(/"predictions": \[[^,]+/, '"predictions": [1.25'));
    await expect(run([copy], { ...only, backend: 'compiled' })).rejects.toThrow(
      /the predictions of "0" must have the SHA-256 .*; delete it, and it is made again/,
    );
    writeFileSync(damaged, text.slice(0, 100));
    await expect(run([copy], only)).rejects.toThrow(`Cannot read ${damaged} as it must be JSON`);
  });
});

test('what is not finished is left out, and said', async () => {
  const half = join(root, 'runs', 'dbr', 'seed-3');
  mkdirSync(half);
  writeFileSync(join(half, 'events.jsonl'), '');
  const { text } = await run([join(root, 'runs', 'dbr')], { protocol: 'modality-subsets' });
  expect(text).toContain(`Left out, as it is not finished: ${half}`);
  expect(read('robustness.md')).toContain('Left out, as they are not finished:');
  await expect(run([half])).rejects.toThrow(
    `Cannot find runs in ${half} as it must be a finished run, or a folder of some: 1 there isn't finished.`,
  );
});

describe('is refused', () => {
  test('a folder without runs', async () => {
    await expect(run([join(root, 'nowhere')])).rejects.toThrow('there is no such folder');
    mkdirSync(join(root, 'empty'));
    await expect(run([join(root, 'empty')])).rejects.toThrow('a folder of some: it has none');
  });

  test('an unknown protocol or score, with the nearest name', async () => {
    await expect(run(dbr, { protocol: 'frame-uniforn' })).rejects.toThrow('Did you mean frame-uniform?');
    await expect(run(dbr, { metrics: 'maee' })).rejects.toThrow('got "maee". Did you mean mae?');
    await expect(run(dbr, { protocol: 'modality-subsets', rates })).rejects.toThrow('Cannot use --rates');
  });

  test('other data than those of the run, and one seed twice', async () => {
    await expect(run(dbr, { data: 'synthetic' })).rejects.toThrow('its data must have the hash');
    const twin = newFolder();
    cpSync(dbr[0]!, twin, { recursive: true });
    await expect(run([dbr[0]!, twin])).rejects.toThrow('each seed must be there once: both are of seed 1');
    expect(existsSync(join(twin, 'result.json'))).toBe(true);
  });
});
