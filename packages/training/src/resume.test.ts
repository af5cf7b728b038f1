import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Rng } from '@trimodal/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resumableRun } from './__fixtures__/resumable-run';
import { CheckpointError, CheckpointStore } from './checkpoint-store';
import type { StampedEvent } from './events';

const root = mkdtempSync(join(tmpdir(), 'resume-'));
const folderFor = (name: string) => mkdtempSync(join(root, `${name}-`));
afterAll(() => rmSync(root, { recursive: true }));

/** The log but for dates and durations, and for the starts and ends that interruptions add. */
function log(folder: string): unknown[] {
  return readFileSync(join(folder, 'events.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ type }: StampedEvent) => type !== 'run-start' && type !== 'run-end')
    .map(({ sequence, time, ms, msPerStep, msLeft, file, ...rest }) => ({ ...rest, file: file?.replace(folder, '') }));
}

/** Every byte of the checkpoints but for the number of events, which counts the interruptions. */
function checkpoints(folder: string) {
  const store = new CheckpointStore(join(folder, 'checkpoint'));
  return store.names().map((name) => {
    const { events, ...progress } = store.load(name).progress;
    return { name, progress, tensors: readFileSync(join(store.folder, `${name}.safetensors`)).toString('base64') };
  });
}

const outcome = (folder: string) => ({ log: log(folder), checkpoints: checkpoints(folder) });

let whole: string;
let result: Awaited<ReturnType<typeof resumableRun>>;
let numEvents: number;

beforeAll(async () => {
  whole = folderFor('whole');
  numEvents = 0;
  result = await resumableRun(whole, { onEvent: () => numEvents++ });
});

describe('the run to compare with', () => {
  it('keeps the last two checkpoints and the best', () => {
    expect(result.best?.epoch).toBeLessThan(4);
    expect(readdirSync(join(whole, 'checkpoint')).sort()).toEqual(
      [`epoch-${result.best!.epoch}`, 'epoch-4-step-10', 'epoch-4']
        .flatMap((name) => [`${name}.json`, `${name}.safetensors`])
        .sort(),
    );
  });

  it('ends with the parameters of the best checkpoint', () => {
    const { state, progress } = new CheckpointStore(join(whole, 'checkpoint')).best();
    expect([...state.parameters.values()].flatMap(({ data }) => [...data])).toEqual(result.weights);
    expect(progress.best).toEqual(result.best);
  });

  it('changes its learning rate on the way', () => {
    expect(new Set(result.history.map(({ learningRate }) => learningRate)).size).toBeGreaterThan(1);
  });
});

describe('a run that goes on equals one that never stopped, bit for bit', () => {
  it('whatever event it died at', async () => {
    for (let dieAt = 0; dieAt < numEvents - 1; dieAt++) {
      const folder = folderFor('died');
      const death = new Error('died');
      const dying = resumableRun(folder, {
        onEvent: ({ sequence, type }) => {
          if (sequence >= dieAt && type !== 'run-end') throw death; // the end that tells of the death may be written
        },
      });
      await expect(dying).rejects.toBe(death);
      const resumed = await resumableRun(folder);
      expect(resumed, `died at event ${dieAt}`).toEqual(result);
      expect(outcome(folder), `died at event ${dieAt}`).toEqual(outcome(whole));
      rmSync(folder, { recursive: true });
    }
  });

  it('when aborted before each step, again and again', async () => {
    const folder = folderFor('aborted');
    let aborts = 0;
    let last = await resumableRun(folder, { signal: AbortSignal.abort() });
    while (last.reason === 'aborted') {
      const controller = new AbortController();
      aborts++;
      last = await resumableRun(folder, {
        signal: controller.signal,
        onEvent: ({ type }) => type === 'step' && controller.abort(),
      });
    }
    expect(aborts).toBe(12);
    expect(last).toEqual(result);
    const withoutCheckpoints = (events: unknown[]) =>
      events.filter((event) => (event as StampedEvent).type !== 'checkpoint');
    expect(withoutCheckpoints(log(folder))).toEqual(withoutCheckpoints(log(whole)));
  });

  it('when its process is killed', async () => {
    const folder = folderFor('killed');
    const child = fileURLToPath(new URL('./__fixtures__/resumable-run.child.mjs', import.meta.url));
    for (const killAt of ['3', '9']) {
      const { signal, stderr } = spawnSync(process.execPath, [child, folder, killAt], { encoding: 'utf8' });
      expect(signal, stderr).toBe('SIGKILL');
    }
    expect(new CheckpointStore(join(folder, 'checkpoint')).names()).toContain('epoch-2-step-4');
    expect(await resumableRun(folder)).toEqual(result);
    expect(outcome(folder)).toEqual(outcome(whole));
  });

  it('by a compiled engine', async () => {
    const [straight, folder] = [folderFor('straight'), folderFor('compiled')];
    const expected = await resumableRun(straight, { compiled: true });
    for (let reason = ''; reason !== 'completed'; ) {
      const controller = new AbortController();
      const onEvent = ({ type, sequence }: StampedEvent) => type === 'step' && sequence % 2 && controller.abort();
      const resumed = await resumableRun(folder, { compiled: true, signal: controller.signal, onEvent });
      reason = resumed.reason;
      if (reason === 'completed') expect(resumed).toEqual(expected);
    }
    const last = (at: string) => readFileSync(join(at, 'checkpoint/epoch-4.safetensors'));
    expect(last(folder).equals(last(straight))).toBe(true);
  });

  it('when it has stopped early', async () => {
    const folder = folderFor('early');
    const options = { earlyStopping: { patience: 1 } };
    const stopped = await resumableRun(folder, options);
    expect(stopped.reason).toBe('early-stopped');
    expect(await resumableRun(folder, options)).toEqual(stopped);
  });

  it('and can be made longer', async () => {
    const folder = folderFor('longer');
    await resumableRun(folder, { epochs: 2 });
    expect(await resumableRun(folder)).toEqual(result);
  });
});

describe('a damaged checkpoint', () => {
  const at = (folder: string, file: string) => join(folder, 'checkpoint', file);
  const flip = (path: string, position: number) => {
    const bytes = readFileSync(path);
    bytes[position]! ^= 1;
    writeFileSync(path, bytes);
  };

  /** A run of three epochs, to which `damage` is done before it goes on. */
  async function resumeAfter(damage: (folder: string) => void) {
    const folder = folderFor('damaged');
    await resumableRun(folder, { epochs: 3 });
    damage(folder);
    const starts: StampedEvent[] = [];
    const resumed = await resumableRun(folder, {
      onEvent: (event) => event.type === 'run-start' && starts.push(event),
    });
    return { folder, resumed, start: starts[0] as Extract<StampedEvent, { type: 'run-start' }> };
  }

  it.each<[string, string, (folder: string) => void]>([
    ['cut short', 'must have', (folder) => truncateSync(at(folder, 'epoch-3.safetensors'), 500)],
    ['with a byte of its tensors changed', 'SHA-256', (folder) => flip(at(folder, 'epoch-3.safetensors'), 900)],
    ['with a byte of its manifest changed', 'SHA-256', (folder) => flip(at(folder, 'epoch-3.json'), 400)],
    ['with no JSON in its manifest', 'must be JSON', (folder) => truncateSync(at(folder, 'epoch-3.json'), 300)],
    ['without tensors', 'must be readable', (folder) => rmSync(at(folder, 'epoch-3.safetensors'))],
    [
      'with the tensors of another',
      'must ',
      (folder) => copyFileSync(at(folder, 'epoch-3-step-8.safetensors'), at(folder, 'epoch-3.safetensors')),
    ],
  ])('%s is refused by name, and the one before is taken', async (_, reason, damage) => {
    const { folder, resumed, start } = await resumeAfter(damage);
    expect(start.resumedFrom).toEqual({ checkpoint: 'epoch-3-step-8', epoch: 2, step: 8 });
    expect(start.refused).toHaveLength(1);
    expect(start.refused[0]).toContain('epoch-3.');
    expect(start.refused[0]).toContain(reason);
    expect(resumed).toEqual(result);
    expect(outcome(folder)).toEqual(outcome(whole));
    expect(readdirSync(join(folder, 'checkpoint'))).toContain('epoch-3.json.refused');
  });

  it('is no checkpoint at all if only tensors, or parts of a file, are there', async () => {
    const { start, resumed } = await resumeAfter((folder) => {
      rmSync(at(folder, 'epoch-3.json'));
      writeFileSync(at(folder, 'epoch-3.json.partial'), '{');
    });
    expect(start.resumedFrom?.checkpoint).toBe('epoch-3-step-8');
    expect(start.refused).toEqual([]);
    expect(resumed).toEqual(result);
  });

  it('is the end if there is none before, and nothing is touched', async () => {
    const folder = folderFor('all-damaged');
    await resumableRun(folder);
    const names = new CheckpointStore(join(folder, 'checkpoint')).names();
    // without the best, none of the later ones can end as the whole run does
    flip(at(folder, `epoch-${result.best!.epoch}.safetensors`), 900);
    const before = [readdirSync(join(folder, 'checkpoint')), readFileSync(join(folder, 'events.jsonl'), 'utf8')];
    const resuming = resumableRun(folder);
    await expect(resuming).rejects.toThrow(CheckpointError);
    await expect(resuming).rejects.toThrow(/no checkpoint is good:\n(.*epoch-.*SHA-256.*\n?){3}/);
    expect(names).toHaveLength(3);
    const after = [readdirSync(join(folder, 'checkpoint')), readFileSync(join(folder, 'events.jsonl'), 'utf8')];
    expect(after).toEqual(before);
  });
});

describe('a run is refused', () => {
  it('in a folder with checkpoints, unless it resumes', async () => {
    await expect(resumableRun(whole, { resume: false })).rejects.toThrow(/must hold no checkpoint: got epoch-4;/);
  });

  it.each([
    ['config', { config: { name: 'other' } }],
    ['seed', { rng: new Rng(4) }],
    ['accumulation', { accumulationSteps: 3 }],
  ])('with another %s', async (_, options) => {
    const folder = folderFor('other');
    cpSync(whole, folder, { recursive: true });
    await expect(resumableRun(folder, options)).rejects.toThrow(
      'Cannot resume from epoch-4 as the run must have the config',
    );
  });

  it('but not for another order of keys in its config', async () => {
    const folder = folderFor('order');
    await resumableRun(folder, { epochs: 1, config: { a: 1, b: { c: 2, d: [3] } } });
    const { epochs } = await resumableRun(folder, { epochs: 2, config: { b: { d: [3], c: 2 }, a: 1 } });
    expect(epochs).toBe(2);
  });

  it('if an epoch no longer has the batches that were done', async () => {
    const folder = folderFor('shrunk');
    await resumableRun(folder, {
      onEvent: ({ sequence }) => {
        if (sequence === 4) throw new Error('died');
      },
    }).catch(() => {});
    await expect(resumableRun(folder, { batches: () => [] })).rejects.toThrow(
      'must have its first 4 batches again: got 0',
    );
  });
});
