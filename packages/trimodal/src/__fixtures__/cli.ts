import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { type TrainOptions, train } from '../commands/train';
import type { RunResult } from '../run-result';

// whole runs take their time on a busy machine
vi.setConfig({ hookTimeout: 120_000, testTimeout: 120_000 });

const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** A feature file of 30, 9 and 11 samples, and a config that makes each preset small enough for it. */
export const DATA = pathOf('./tiny.pkl');
export const CONFIG = pathOf('./tiny.json');

export const newFolder = (): string => join(mkdtempSync(join(tmpdir(), 'trimodal-')), 'run');

export const readJson = (...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8'));

/** The events of a run, in the order of the file. */
export function readEvents(run: string) {
  return readFileSync(join(run, 'events.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
}

/** What a function prints on standard output, with what it returns. */
export async function printed<T>(f: () => Promise<T>): Promise<{ text: string; value: T }> {
  const lines: string[] = [];
  const out = vi.spyOn(console, 'log').mockImplementation((text: string) => void lines.push(text));
  const progress = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    return { value: await f(), text: lines.join('\n') };
  } finally {
    out.mockRestore();
    progress.mockRestore();
  }
}

/** Trains a tiny model in this process. */
export async function trainTiny(
  out: string,
  { preset = 'dbr', ...options }: Partial<TrainOptions> & { preset?: string } = {},
): Promise<{ text: string; value: RunResult }> {
  const all = { data: DATA, out, config: CONFIG, backend: 'cpu', ...options } as const;
  const { text, value } = await printed(() => train(preset, all));
  return { text, value: value! };
}

export type Ended = { status: number | null; signal: string | null; stdout: string; stderr: string };

/**
 * Runs the built command line in a process of its own.
 *
 * @param during Is given the process, and called every few milliseconds until it says that it has done what it wanted.
 */
export function trimodal(
  args: readonly string[],
  during: (kill: (signal: NodeJS.Signals) => void) => boolean = () => true,
): Promise<Ended> {
  const child = spawn(process.execPath, [pathOf('../../bin/trimodal.js'), ...args], {
    // where it is set, libraries colour what they print even into a pipe
    env: { ...process.env, CI: 'true' },
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (chunk) => (texts[name] += chunk));
  const timer = setInterval(() => during((signal) => child.kill(signal)) && clearInterval(timer), 2);
  return new Promise((resolve) => {
    child.on('close', (status, signal) => {
      clearInterval(timer);
      resolve({ status, signal, ...texts });
    });
  });
}
