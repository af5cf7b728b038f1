import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CheckpointStore, type StampedEvent } from '@trimodal/training';
import { beforeAll, describe, expect, test } from 'vitest';
import { CONFIG, DATA, newFolder, readEvents, readJson, trainTiny, trimodal } from './__fixtures__/cli';

/** So many that there is time to interrupt. */
const EPOCHS = { cpu: 4, compiled: 20 };
type Backend = keyof typeof EPOCHS;
const BACKENDS: readonly Backend[] = ['cpu', 'compiled'];

const settings = (backend: Backend) => [`training.maxEpochs=${EPOCHS[backend]}`, 'training.patience=null'];
const trainArgs = (out: string, backend: Backend, ...more: string[]) => [
  ...['train', 'dbr', '--data', DATA, '--out', out, '--config', CONFIG, '--backend', backend],
  ...(backend === 'compiled' ? ['--threads', '1'] : []),
  ...settings(backend).flatMap((setting) => ['--set', setting]),
  ...more,
];

/** All that must be the same whether a run was interrupted or not: what it found, every byte that it stored, what it told. */
function outcome(run: string) {
  const { valid, test: scores, selected, diagnostics, config, epochs, stopped } = readJson(run, 'result.json');
  const store = new CheckpointStore(join(run, 'checkpoint'));
  return {
    result: { valid, scores, selected, diagnostics, config, epochs, stopped },
    checkpoints: store.names().map((name) => {
      const { events, ...progress } = store.load(name).progress; // starts are events, too
      return { name, progress, bytes: readFileSync(join(store.folder, `${name}.safetensors`)).toString('base64') };
    }),
    events: readEvents(run)
      .filter(({ type }: StampedEvent) => type !== 'run-start' && type !== 'run-end')
      .map(({ sequence, time, ms, msPerStep, msLeft, file, ...rest }) => rest),
  };
}

/** The step that a run has just taken, while it is training. */
function currentStep(run: string): number {
  const file = join(run, 'events.jsonl');
  const last = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) : undefined;
  return last?.startsWith('{"type":"step"') && last.endsWith('}') ? JSON.parse(last).step : 0;
}

const countLines = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0);

/** Runs that nothing happened to. */
const wholes = { cpu: newFolder(), compiled: newFolder() };
beforeAll(async () => {
  const ended = await Promise.all(BACKENDS.map((backend) => trimodal(trainArgs(wholes[backend], backend))));
  for (const { status, stderr } of ended) expect(status, stderr).toBe(0);
});

describe.concurrent.each([
  ['cpu', 'SIGINT'],
  ['compiled', 'SIGTERM'],
] as const)('on %s', (backend, polite) => {
  test('a run that is killed, again and again, ends as one that never was', async () => {
    const run = newFolder();
    const events = join(run, 'events.jsonl');
    const total = countLines(join(wholes[backend], 'events.jsonl'));
    // before anything is trained, and at a random moment
    const moments = [0, 1 + Math.floor(Math.random() * (total - 1))];
    for (const moment of moments) {
      const { signal, stderr } = await trimodal(trainArgs(run, backend, '--resume'), (kill) => {
        const isTime = moment === 0 ? existsSync(join(run, 'config.json')) : countLines(events) >= moment;
        if (isTime) kill('SIGKILL');
        return isTime;
      });
      expect(signal ?? stderr, `killed at [${moments}]`).toBe('SIGKILL');
    }
    const { status, stderr, stdout } = await trimodal(trainArgs(run, backend, '--resume'));
    expect(status, stderr).toBe(0);
    expect(stdout).toContain(`Written to ${run}/result.json`);
    expect(outcome(run), `killed at [${moments}]`).toEqual(outcome(wholes[backend]));
    const sequences = readEvents(run).map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.map((_, i) => i));
  });

  test('one that is interrupted saves where it is, and goes on from there', async () => {
    const run = newFolder();
    const stopped = await trimodal(trainArgs(run, backend), (kill) => {
      const isTime = currentStep(run) > 1;
      if (isTime) kill(polite);
      return isTime;
    });
    expect(stopped.status, stopped.stderr).toBe(130);
    expect(stopped.stderr).toContain('Stopping after this step; once more to stop at once.');
    expect(stopped.stdout).toContain('Interrupted; the same command with --resume goes on from here.');
    expect(existsSync(join(run, 'result.json'))).toBe(false);
    const { status, stderr } = await trimodal(trainArgs(run, backend, '--resume'));
    expect(status, stderr).toBe(0);
    expect(stderr).toMatch(/going on from epoch-\d/);
    const { result, checkpoints } = outcome(run);
    const wanted = outcome(wholes[backend]);
    expect(result).toEqual(wanted.result);
    expect(checkpoints[0]).toEqual(wanted.checkpoints[0]);
  });
});

describe('a checkpoint that is damaged', () => {
  const { cpu: whole } = wholes;
  /** The run as it is before its result is written. */
  const unfinished = () => {
    const run = newFolder();
    cpSync(whole, run, { recursive: true });
    rmSync(join(run, 'result.json'));
    return run;
  };

  test('is named and refused, an older good one taken', async () => {
    const run = unfinished();
    const file = join(run, 'checkpoint', `epoch-${EPOCHS.cpu}.safetensors`);
    truncateSync(file, 5000);
    const { status, stderr } = await trimodal(trainArgs(run, 'cpu', '--resume'));
    expect(status, stderr).toBe(0);
    expect(stderr).toContain(`checkpoint refused: Cannot load ${file} as it must have`);
    expect(stderr).toContain(`going on from epoch-${EPOCHS.cpu - 1}`);
    expect(outcome(run)).toEqual(outcome(whole));
  });

  test('is not gone past if there is no other', async () => {
    const run = unfinished();
    const folder = join(run, 'checkpoint');
    for (const name of readdirSync(folder)) if (name.endsWith('.json')) writeFileSync(join(folder, name), '{"sha256":');
    const { status, stdout, stderr } = await trimodal(trainArgs(run, 'cpu', '--resume'));
    expect(status).toBe(1);
    expect(stderr).toContain(`Cannot resume as no checkpoint is good:\nCannot load ${join(folder, 'epoch-')}`);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(stdout).not.toContain('Written');
  });

  test('does not matter to a run of which only the result is missing', async () => {
    const run = unfinished();
    const { value } = await trainTiny(run, { set: settings('cpu'), resume: true });
    expect(value.msPerStep).toBe(readJson(whole, 'result.json').msPerStep);
    expect(outcome(run)).toEqual(outcome(whole));
  });

  test('another backend is refused', async () => {
    const run = unfinished();
    const compiled = trainTiny(run, { set: settings('cpu'), backend: 'compiled', resume: true });
    await expect(compiled).rejects.toThrow(/computed as it was started, on cpu .*got compiled.*add --backend cpu/);
  });

  test('other data are refused', async () => {
    const run = unfinished();
    const synthetic = trainTiny(run, { set: settings('cpu'), data: 'synthetic', resume: true });
    await expect(synthetic).rejects.toThrow(/the data must be those it was started with, of hash [0-9a-f]{64}: got/);
  });
});

test('what a kill left before the first step is no run yet', async () => {
  const run = newFolder();
  mkdirSync(run);
  writeFileSync(join(run, 'config.json.123.tmp'), '{');
  writeFileSync(join(run, 'config.json'), '{');
  const { value } = await trainTiny(run);
  expect(value.epochs).toBe(1);
});
