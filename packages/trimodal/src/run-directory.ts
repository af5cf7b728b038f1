import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkRunConfig } from './load-run-config';
import type { RunConfig } from './run-config';
import type { RunResult } from './run-result';
import { isTemporary, writeJson } from './write-file';

/** What a run's numbers depend on besides its config. */
export type StartedWith = { readonly dataHash: string; readonly backend: string; readonly threads: number };

/** The folder of one run: config.json, result.json, checkpoint/, events.jsonl. */
export class RunDirectory {
  constructor(readonly path: string) {}

  get checkpoints(): string {
    return join(this.path, 'checkpoint');
  }

  get events(): string {
    return join(this.path, 'events.jsonl');
  }

  /** Whether the run has been trained to its end, and scored. */
  get isFinished(): boolean {
    return existsSync(join(this.path, 'result.json'));
  }

  /**
   * Makes the folder ready to be written to. A config without a step after it is no run yet and may be replaced.
   * @throws RangeError if there is a run in it already and it is not to be resumed, or if it is of another config, data or backend.
   */
  open(config: RunConfig, now: StartedWith, resume: boolean): void {
    if (existsSync(this.path) && !statSync(this.path).isDirectory()) {
      throw new RangeError(`Cannot train into ${this.path} as it must be a folder: it is a file.`);
    }
    const hasBegun = this.isFinished || existsSync(this.checkpoints) || existsSync(this.events);
    const names = existsSync(this.path) ? readdirSync(this.path).filter((name) => !isTemporary(name)) : [];
    if (!hasBegun && names.some((name) => name !== 'config.json')) {
      throw new RangeError(`Cannot train into ${this.path} as it must be empty: it holds files that are no run.`);
    }
    if (hasBegun && !resume) {
      throw new RangeError(
        `Cannot train into ${this.path} as it must be empty: it holds a run; add --resume to go on with it, or choose another --out.`,
      );
    }
    if (hasBegun) this.checkSame(config, now);
    mkdirSync(this.path, { recursive: true });
    for (const name of readdirSync(this.path)) if (isTemporary(name)) rmSync(join(this.path, name));
    writeJson(join(this.path, 'config.json'), config);
  }

  config(): RunConfig {
    return checkRunConfig(this.readJson('config.json'));
  }

  /** @throws RangeError if the run isn't finished, or its result can't be read. */
  result(): RunResult {
    const result = this.readJson('result.json') as Partial<RunResult> | null;
    if (result?.format !== 'trimodal-result-1') {
      throw new RangeError(
        `Cannot read ${join(this.path, 'result.json')} as its format must be "trimodal-result-1": got ${JSON.stringify(result?.format)}.`,
      );
    }
    return result as RunResult;
  }

  writeResult(result: RunResult): void {
    writeJson(join(this.path, 'result.json'), result);
  }

  private checkSame(config: RunConfig, now: StartedWith): void {
    const difference = firstDifference(this.config(), config);
    if (difference) {
      throw new RangeError(
        `Cannot resume ${this.path} as the configuration must be the one it was started with: ${difference.path} was ${difference.before}, got ${difference.now}; choose another --out for it.`,
      );
    }
    const before = this.startedWith();
    if (before.dataHash !== undefined && before.dataHash !== now.dataHash) {
      throw new RangeError(
        `Cannot resume ${this.path} as the data must be those it was started with, of hash ${before.dataHash}: got ${now.dataHash}.`,
      );
    }
    if (before.backend !== undefined && (before.backend !== now.backend || before.threads !== now.threads)) {
      throw new RangeError(
        `Cannot resume ${this.path} as it must be computed as it was started, on ${before.backend} with ${before.threads} threads: got ${now.backend} with ${now.threads}; add --backend ${before.backend}${before.threads ? ` --threads ${before.threads}` : ''}.`,
      );
    }
  }

  /** As the run's first event has it. */
  private startedWith(): Partial<StartedWith> {
    if (!existsSync(this.events)) return {};
    const [line = ''] = readFileSync(this.events, 'utf8').split('\n', 1);
    try {
      return (JSON.parse(line) as { config?: Partial<StartedWith> }).config ?? {};
    } catch {
      return {}; // torn by a crash: there is no checkpoint yet
    }
  }

  private readJson(name: string): unknown {
    const file = join(this.path, name);
    if (!existsSync(file)) {
      throw new RangeError(
        `Cannot read ${file} as ${this.path} must be the folder of a ${name === 'result.json' ? 'finished ' : ''}run: it has no ${name}.`,
      );
    }
    try {
      return JSON.parse(readFileSync(file, 'utf8'));
    } catch (cause) {
      throw new RangeError(`Cannot read ${file} as it must be JSON: ${(cause as Error).message}.`, { cause });
    }
  }
}

/** Where two plain values differ first, and how. */
export function firstDifference(
  before: unknown,
  now: unknown,
  path: readonly string[] = [],
): { path: string; before: string; now: string } | undefined {
  if (isRecord(before) && isRecord(now)) {
    for (const key of Object.keys({ ...before, ...now })) {
      const difference = firstDifference(before[key], now[key], [...path, key]);
      if (difference) return difference;
    }
    return undefined;
  }
  const [a, b] = [JSON.stringify(before), JSON.stringify(now)];
  return a === b ? undefined : { path: path.join('.'), before: a ?? 'not set', now: b ?? 'nothing' };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
