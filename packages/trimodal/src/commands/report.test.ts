import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { DATA, newFolder, printed, trainTiny } from '../__fixtures__/cli';
import { type ReportCommandOptions, report } from './report';

const folder = dirname(newFolder());
const run = (name: string) => join(folder, name);
const SMALL = ['training.maxEpochs=2'];
beforeAll(async () => {
  await trainTiny(run('dbr/seed-1'), { seed: 1, set: SMALL });
  await trainTiny(run('dbr/seed-2'), { seed: 2, set: SMALL });
  await trainTiny(run('plain'), { preset: 'concat', set: [...SMALL, 'model.fusion={"kind":"gated"}'] });
});

async function reported(paths: readonly string[], options: Partial<ReportCommandOptions> = {}) {
  const out = join(newFolder(), 'report.html');
  const { text } = await printed(() => report(paths, { data: DATA, out, rates: '0,0.5', backend: 'cpu', ...options }));
  return { text, out, html: readFileSync(out, 'utf8') };
}

const headings = (html: string) => [...html.matchAll(/<h[23]>(.*?)<\/h[23]>/g)].map(([, title]) => title);

test('tells everything of runs of two models, what each looks at under its own name', async () => {
  const { html, text, out } = await reported([folder]);
  expect(text).toContain(`3 runs, valid split. Written to ${out}`);
  expect(headings(html)).toEqual([
    ...['Results', 'Training', 'Robustness'],
    ...['Inside dbr', 'What it looks at', 'What its parts hold'],
    ...['Inside plain', 'What it looks at', 'What its parts hold'],
    ...['How to do it again', 'dbr', 'plain'],
  ]);
  expect(html).toContain('dbr: 2 seeds; plain: 1 seed. Samples: 30 training, 9 validation, 11 test.');
  for (const title of [
    'mae as steps go missing',
    'Temporal or structural: the gate of TSF',
    'Borrowing (AGPR), 50 % missing',
  ]) {
    expect(html).toContain(`aria-label="${title}`);
  }
  const [, dbr, plain] = html.split('<section id="inside-');
  expect(dbr).toContain('Shared or private: what BRF weighs');
  expect(dbr).toContain('leakage: branches');
  expect(plain).toContain('Gates of the fusion');
  expect(plain).not.toMatch(/TSF|AGPR|BRF/);
  expect(plain).toContain('The model has one kind of part.');
});

test('tells how to do it again: what differs from the preset, and the commands', async () => {
  const { html } = await reported([run('plain')]);
  expect(html).toContain('<td class="text"><code>training.maxEpochs</code></td>');
  const [, command] = html.match(/<code>(trimodal train .*?)<\/code>/)!;
  expect(command).toMatch(/^trimodal train concat --data \S+tiny.pkl --out \S+plain --seed 1111 --set /);
  expect(command).toContain("--set 'model.fusion={&quot;kind&quot;:&quot;gated&quot;}'");
});

test('of a model that distils itself: who would teach whom, as much as they differ', async () => {
  await trainTiny(run('own/fsrf'), { preset: 'fsrf', set: SMALL });
  const { html } = await reported([run('own')]);
  const value = (name: string) => Number(html.match(new RegExp(`<title>${name}: ([\\d.]+) ± 0</title>`))![1]);
  expect(html).toContain('aria-label="Who teaches whom as steps go missing');
  expect(value('whole to incomplete, 0')).toBe(1); // nothing is missing: both views are the same
  expect(value('whole to incomplete, 0.5')).toBeGreaterThan(1);
  expect(value('whole to incomplete, 0.5') + value('incomplete to whole, 0.5')).toBeCloseTo(2, 2);
});

test('the same twice: scores are read from where they were kept, and bytes are equal', async () => {
  const [first, second] = [await reported([run('dbr')]), await reported([run('dbr')])];
  expect(second.html).toBe(first.html);
});

test('the test split is looked into only if it is asked for, and then the page says so', async () => {
  const { html } = await reported([run('plain')], { split: 'test' });
  expect(html).toContain('shown on the test split (11 samples). Choose nothing by them');
  const { html: other } = await reported([run('plain')]);
  expect(other).toContain(
    'shown on the validation split (9 samples). The test split is in the table of results alone.',
  );
});

test('other data, or no runs, are refused', async () => {
  await expect(reported([run('plain')], { data: 'synthetic' })).rejects.toThrow(/its data must have the hash/);
  await expect(reported([newFolder()])).rejects.toThrow('there is no such folder');
});
