import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { CONFIG, DATA, newFolder, readEvents, readJson, trimodal } from '../__fixtures__/cli';

const args = (out: string, ...more: string[]) => [
  ...['ablate', 'dbr', '--data', DATA, '--out', out, '--config', CONFIG, '--backend', 'cpu', '--jobs', '2'],
  ...[
    '--seeds',
    '1..2',
    '--arms',
    'w/o TSF,w/o vision',
    '--edit',
    'narrow: model.head.hiddenDim=2',
    '--rates',
    '0,0.5',
  ],
  ...more,
];
const ARMS = ['full', 'without-tsf', 'without-vision', 'narrow'];
const RUNS = ARMS.flatMap((arm) => ['seed-1', 'seed-2'].map((seed) => join(arm, seed)));

const out = newFolder();
let first: Awaited<ReturnType<typeof trimodal>>;
beforeAll(async () => {
  first = await trimodal(args(out));
});

describe('an ablation', () => {
  test('says what each arm does, and how far it is', () => {
    expect(first.status, first.stderr).toBe(0);
    expect(first.stdout).toMatch(/^w\/o TSF +without sharedBranch/m);
    expect(first.stderr).toContain('start  full, seed 1\n');
    expect(first.stderr).toMatch(/^done {3}w\/o vision, seed 2: epoch \d, valid mae \d\.\d{3}, \d+ s \(\d of 8/m);
    expect(first.stderr).not.toContain('\u001b');
    expect(first.stdout).toMatch(/│ w\/o vision │ \d\.\d{3} ± \d\.\d{3}/);
  });

  test('leaves a run for each arm and seed', () => {
    for (const run of RUNS) expect(existsSync(join(out, run, 'result.json')), run).toBe(true);
    const configs = ARMS.map((arm) => readJson(out, arm, 'seed-2', 'result.json').config);
    expect(configs[1].model.sharedBranch).toEqual({ kind: 'identity' });
    expect(configs[2].model.modalities).toEqual(['text', 'audio']);
    expect(configs[3].model.head.hiddenDim).toBe(2);
    expect(configs.map(({ seed }) => seed)).toEqual([2, 2, 2, 2]);
    // an arm changes one thing only
    const { model, ...rest } = configs[0];
    expect(configs[3]).toEqual({ ...rest, model: { ...model, head: { ...model.head, hiddenDim: 2 } } });
  });

  test('makes its tables of their raw results', () => {
    const tables = join(out, 'tables');
    const [head, full, tsf] = readFileSync(join(tables, 'scores.csv'), 'utf8')
      .split('\n')
      .map((line) => line.split(','));
    expect(head!.slice(0, 3)).toEqual(['model', 'mae', 'mae std']);
    const maes = [1, 2].map((seed) => readJson(out, 'full', `seed-${seed}`, 'result.json').test.mae);
    expect(Number(full![1])).toBeCloseTo((maes[0] + maes[1]) / 2, 12);
    expect(Number(full![2])).toBeCloseTo(Math.abs(maes[0] - maes[1]) / Math.SQRT2, 12);
    expect(tsf![0]).toBe('w/o TSF');
    const files = readdirSync(tables);
    for (const name of ['report.md', 'scores.tex', 'differences.csv', 'differences-mae.svg', 'frame-uniform.csv']) {
      expect(files).toContain(name);
    }
    const page = readFileSync(join(tables, 'report.md'), 'utf8');
    expect(page).toContain('## Ablation of dbr on tiny.pkl: differences to full');
    expect(page).toContain('Made by `trimodal ablate dbr --seeds 1..2 ');
    expect(page).toContain('A step was timed while up to 2 runs ran at once');
    const differences = readFileSync(join(tables, 'differences.csv'), 'utf8').trimEnd().split('\n');
    expect(differences).toHaveLength(1 + 3 * 4);
  });

  test('done again, trains and tests nothing', async () => {
    const before = RUNS.map((run) => readEvents(join(out, run)).length);
    const report = readFileSync(join(out, 'tables', 'report.md'), 'utf8');
    const { status, stderr } = await trimodal(args(out));
    expect(status, stderr).toBe(0);
    expect(stderr).toContain('8 of 8 runs are finished already');
    expect(stderr).not.toContain('start');
    expect(stderr).not.toContain('testing');
    expect(RUNS.map((run) => readEvents(join(out, run)).length)).toEqual(before);
    expect(readFileSync(join(out, 'tables', 'report.md'), 'utf8')).toBe(report);
  });

  test('under changed settings is refused, not reused', async () => {
    const { status, stderr } = await trimodal(args(out, '--set', 'training.maxEpochs=2'));
    expect(status).toBe(1);
    expect(stderr).toContain(`Cannot go on with ${join(out, 'full', 'seed-1')}`);
    expect(stderr).toContain('training.maxEpochs was 1, is 2; choose another --out');
  });
});

test('one that is interrupted, or killed, goes on and ends as one that was not', async () => {
  const run = newFolder();
  const RUNS = ['full', 'without-tsf'].flatMap((arm) => ['seed-1', 'seed-2'].map((seed) => join(arm, seed)));
  const long = [
    ...['ablate', 'dbr', '--data', DATA, '--out', run, '--config', CONFIG, '--backend', 'cpu', '--jobs', '2'],
    ...['--seeds', '1..2', '--arms', 'w/o TSF', '--protocol', 'none', '--set', 'training.maxEpochs=5'],
  ];
  const whole = newFolder();
  const wanted = await trimodal(long.map((word) => (word === run ? whole : word)));
  expect(wanted.status, wanted.stderr).toBe(0);
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    const {
      status,
      signal: by,
      stderr,
      stdout,
    } = await trimodal(long, (kill) => {
      // the second run after what is finished has begun to train
      const begun = RUNS.filter((each) => existsSync(join(run, each, 'events.jsonl')));
      const finished = RUNS.filter((each) => existsSync(join(run, each, 'result.json')));
      const isTime = begun.length > finished.length && begun.length >= (signal === 'SIGINT' ? 1 : 3);
      if (isTime) kill(signal);
      return isTime;
    });
    if (signal === 'SIGINT') {
      expect(status, stderr).toBe(130);
      expect(stdout).toContain('Interrupted; the same command goes on from here.');
    } else expect(by).toBe('SIGKILL');
    expect(RUNS.every((each) => existsSync(join(run, each, 'result.json')))).toBe(false);
  }
  // workers don't outlive the process that was killed
  await expect.poll(() => workersIn(run), { timeout: 20_000 }).toBe(0);
  const { status, stderr } = await trimodal(long);
  expect(status, stderr).toBe(0);
  for (const each of RUNS) {
    const [one, other] = [run, whole].map((folder) => readJson(folder, each, 'result.json'));
    expect(one.test, each).toEqual(other.test);
  }
  const scores = [run, whole].map((folder) => readFileSync(join(folder, 'tables', 'differences.csv'), 'utf8'));
  expect(scores[0]).toBe(scores[1]);
});

/** Processes that train into a folder, where the system lists them as files. */
function workersIn(folder: string): number {
  if (!existsSync('/proc')) return 0;
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`--out\0${folder}`);
    } catch {
      return false; // gone in between
    }
  }).length;
}

test('a run that fails is told, and the others are in the tables', async () => {
  const broken = newFolder();
  const { status, stderr } = await trimodal([
    ...['ablate', 'concat', '--data', DATA, '--out', broken, '--config', CONFIG, '--backend', 'cpu', '--jobs', '2'],
    ...['--seeds', '1', '--arms', '', '--protocol', 'none', '--edit', 'explode: training.learningRate=1e30'],
  ]);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^FAILED explode, seed 1: .*\(see .*seed-1\.log\) \(\d of 2/m);
  expect(stderr).toContain('error Cannot finish Ablation of concat as every run must: explode, seed 1 failed');
  const page = readFileSync(join(broken, 'tables', 'report.md'), 'utf8');
  expect(page).toContain('Not there, as they failed: explode, seed 1.');
  expect(page).toMatch(/\| full \| \d\.\d{3} \|/);
});

test('compare: presets, and variants that are named after theirs', async () => {
  const folder = newFolder();
  const command = ['compare', 'concat', 'dbr', '--data', DATA, '--out', folder, '--config', CONFIG, '--backend', 'cpu'];
  const variant = ['--edit', 'dbr, text alone: model.modalities=["text"]'];
  const { status, stderr, stdout } = await trimodal([...command, ...variant, '--seeds', '1', '--protocol', 'none']);
  expect(status, stderr).toBe(0);
  expect(stdout).toMatch(/│ dbr, text alone │ \d\.\d{3}/);
  expect(readJson(folder, 'dbr-text-alone', 'seed-1', 'result.json').config.model.modalities).toEqual(['text']);
  rmSync(folder, { recursive: true });
  const wrong = await trimodal([...command, '--edit', 'text alone: model.modalities=["text"]']);
  expect(wrong.stderr).toContain('its name must begin with the preset that it is a variant of');
});

test('folds over videos: each sample of train and valid is scored once, and all of them together', async () => {
  const folder = newFolder();
  const data = join(dirname(folder), 'videos.pkl');
  // 'train$_$7' becomes 'traic$_$7': five videos, names as long as before
  const bytes = readFileSync(DATA, 'latin1').replaceAll(
    /train(\$_\$(\d+))/g,
    (_, rest, number) => `trai${'abcde'[number % 5]}${rest}`,
  );
  writeFileSync(data, bytes, 'latin1');
  const { status, stderr } = await trimodal([
    ...['compare', 'concat', '--data', data, '--out', folder, '--config', CONFIG, '--backend', 'cpu'],
    ...['--seeds', '1', '--folds', '2', '--protocol', 'none', '--metrics', 'mae'],
  ]);
  expect(status, stderr).toBe(0);
  const parts = ['1a', '1b', '2a', '2b'].map((part) =>
    readJson(folder, 'concat', `seed-1-fold-${part}-of-2`, 'robustness', 'none-test.json'),
  );
  const ids = parts.flatMap((part) => part.ids as string[]);
  expect(new Set(ids).size).toBe(39);
  expect(ids.filter((id) => id.startsWith('test'))).toEqual([]);
  const errors = parts.flatMap((part) =>
    part.truth.map((truth: number, i: number) => Math.abs(truth - part.conditions[0].predictions[i])),
  );
  const [, row] = readFileSync(join(folder, 'tables', 'scores.csv'), 'utf8').split('\n');
  const mae = errors.reduce((sum, error) => sum + error, 0) / 39;
  expect(Number(row!.split(',')[1])).toBeCloseTo(mae, 6);
  expect(readFileSync(join(folder, 'tables', 'report.md'), 'utf8')).toContain("The test split isn't touched");
});
