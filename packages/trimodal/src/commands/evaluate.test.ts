import { cpSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { DATA, newFolder, printed, readJson, trainTiny } from '../__fixtures__/cli';
import type { RunResult } from '../run-result';
import { type EvaluateOptions, evaluate, type RobustnessReport } from './evaluate';

const runs = { dbr: newFolder(), concat: newFolder() };
const results: Record<string, RunResult> = {};
beforeAll(async () => {
  for (const preset of ['dbr', 'concat'] as const) {
    results[preset] = (await trainTiny(runs[preset], { preset })).value;
  }
});

/** What evaluate prints and writes. */
async function evaluated(run: string, options: Partial<EvaluateOptions> = {}) {
  const folder = newFolder();
  const files = { json: join(folder, 'report.json'), predictions: join(folder, 'predictions.csv') };
  const { text } = await printed(() => evaluate(run, { data: DATA, ...files, ...options }));
  return {
    text,
    report: readJson(files.json) as RobustnessReport,
    csv: readFileSync(files.predictions, 'utf8').trimEnd().split('\n'),
  };
}

describe.each(Object.entries(runs))('a run of %s', (preset, run) => {
  test('is scored as it was after training, to the last digit', async () => {
    const { report, csv, text } = await evaluated(run);
    const { test: scores, data, seed } = results[preset]!;
    expect(report.conditions).toEqual([{ name: 'whole', scores }]);
    expect(report).toMatchObject({ run, protocol: 'none', dataHash: data.hash, seed, mean: scores });
    expect(text).toContain(scores['mae']!.toFixed(3));
    // the scores can be had from the predictions again
    expect(csv[0]).toBe('id,truth,prediction');
    expect(csv[1]).toMatch(/^"a ""quoted"", id",-?\d/);
    const errors = csv.slice(1).map((row) => row.split(',').slice(-2).map(Number));
    expect(errors).toHaveLength(11);
    const mae = errors.reduce((sum, [truth, prediction]) => sum + Math.abs(truth! - prediction!), 0) / 11;
    expect(mae).toBeCloseTo(scores['mae']!, 6);
  });

  test('frame-uniform: a score a rate; at rate 0 nothing is missing', async () => {
    const { report, csv, text } = await evaluated(run, { missing: 'frame-uniform', rates: '0,0.5' });
    expect(report.conditions.map(({ name }) => name)).toEqual(['0', '0.5']);
    const [whole, half] = report.conditions.map(({ scores }) => scores);
    expect(whole).toEqual(results[preset]!.test);
    expect(half).not.toEqual(whole);
    expect(report.mean['mae']).toBeCloseTo((whole!['mae']! + half!['mae']!) / 2, 12);
    expect(report.auilc!['mae']).toBeCloseTo((0.5 * (whole!['mae']! + half!['mae']!)) / 2, 12);
    expect(text).toContain('● corr   ○ acc2NonZero');
    expect(csv[0]).toBe('condition,id,truth,prediction');
    expect(csv).toHaveLength(1 + 2 * 11);
    expect(csv[12]).toMatch(/^0.5,"a ""quoted""/);
  });

  test('modality-subsets: the six that lack something, then all; the mean is of the six', async () => {
    const { report } = await evaluated(run, { missing: 'modality-subsets' });
    const names = report.conditions.map(({ name }) => name);
    expect(names).toEqual(['{t}', '{a}', '{v}', '{t,a}', '{t,v}', '{a,v}', '{t,a,v}']);
    expect(report.conditions[6]!.scores).toEqual(results[preset]!.test);
    const six = report.conditions.slice(0, 6).map(({ scores }) => scores['mae']!);
    expect(report.mean['mae']).toBeCloseTo(six.reduce((a, b) => a + b) / 6, 12);
    expect(report).not.toHaveProperty('auilc');
  });

  test('modality-rate', async () => {
    const { report } = await evaluated(run, { missing: 'modality-rate', rates: '0,0.3' });
    expect(report.conditions[0]!.scores).toEqual(results[preset]!.test);
  });
});

test('what is missing is the same for every model', async () => {
  const masks = [];
  for (const run of Object.values(runs)) {
    const { report } = await evaluated(run, { missing: 'frame-uniform', rates: '0.3,0.6' });
    masks.push(report.conditions.map(({ maskHash }) => maskHash));
  }
  expect(masks[0]).toEqual(masks[1]);
  expect(new Set(masks[0]).size).toBe(2);
  expect(masks[0]![0]).toMatch(/^[0-9a-f]{64}$/);
});

test('another backend gives the same to rounding', async () => {
  const { report } = await evaluated(runs.dbr, { backend: 'compiled' });
  for (const [name, value] of Object.entries(results['dbr']!.test)) {
    expect(report.mean[name], name).toBeCloseTo(value, 5);
  }
});

describe('is refused', () => {
  const refusal = (run: string, options: Partial<EvaluateOptions> = {}) =>
    printed(() => evaluate(run, { data: DATA, ...options }));
  /** A copy of a run to do harm to. */
  const copy = () => {
    const folder = newFolder();
    cpSync(runs.dbr, folder, { recursive: true });
    return folder;
  };

  test('a folder without a run, or one that is not finished', async () => {
    await expect(refusal(newFolder())).rejects.toThrow(/must be the folder of a finished run: it has no result.json/);
  });

  test('other data than it was trained on', async () => {
    await expect(refusal(runs.dbr, { data: 'synthetic' })).rejects.toThrow(
      `its data must have the hash ${results['dbr']!.data.hash} (${DATA})`,
    );
  });

  test('a damaged result', async () => {
    const run = copy();
    truncateSync(join(run, 'result.json'), 100);
    await expect(refusal(run)).rejects.toThrow(`Cannot read ${join(run, 'result.json')} as it must be JSON`);
    writeFileSync(join(run, 'result.json'), '{}');
    await expect(refusal(run)).rejects.toThrow('its format must be "trimodal-result-1": got undefined.');
  });

  test('a damaged checkpoint, by its name', async () => {
    const run = copy();
    const file = join(run, 'checkpoint', `epoch-${results['dbr']!.selected.epoch}.safetensors`);
    truncateSync(file, 1000);
    await expect(refusal(run)).rejects.toThrow(`Cannot load ${file} as it must have`);
  });

  test('an unknown protocol, or rates that are none', async () => {
    await expect(refusal(runs.dbr, { missing: 'frames' })).rejects.toThrow(
      /must be one of frame-uniform.*got "frames"/,
    );
    await expect(refusal(runs.dbr, { rates: '0,0.5' })).rejects.toThrow(/Cannot use --rates.*got none/);
    await expect(refusal(runs.dbr, { missing: 'modality-subsets', rates: '0' })).rejects.toThrow(
      /got modality-subsets/,
    );
    await expect(refusal(runs.dbr, { missing: 'frame-uniform', rates: '0,2' })).rejects.toThrow('got "2" in "0,2"');
  });
});
