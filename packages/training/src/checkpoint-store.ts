import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { decodeSafetensors, encodeSafetensors, type RngState, type StoredTensor } from '@trimodal/core';
import type { Best, EpochRecord } from './events';
import { sha256 } from './plain-data';
import type { ScheduleState } from './schedules';
import type { PatienceState } from './selection';
import type { EngineState } from './step-engine';

/** All of a run's state but tensors: plain data. Between two steps of the optimiser a run is this, and an `EngineState`. */
export type Progress = {
  /** Epochs done. */
  readonly epoch: number;
  /** Steps of the optimiser done. */
  readonly step: number;
  /** Batches of the epoch in progress that are done, their real samples, and sums over those. */
  readonly batches: number;
  readonly samples: number;
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
  readonly rng: RngState;
  readonly schedule: ScheduleState;
  readonly patience: PatienceState;
  readonly history: readonly EpochRecord[];
  /** The best epoch so far; the checkpoint of its end holds it. */
  readonly best?: Best;
  /** Events that belong to the run up to here. */
  readonly events: number;
  readonly configHash: string;
};

export type Checkpoint = { readonly name: string; readonly progress: Progress; readonly state: EngineState };

/** A checkpoint can't be used; the message names the file and what is wrong with it. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

type Manifest = {
  readonly format: 1;
  readonly tensors: { readonly sha256: string; readonly bytes: number };
  readonly progress: Progress;
};

/**
 * A folder of checkpoints, each `<name>.safetensors` (parameters and optimiser by path) and `<name>.json` (all else, with checksums of both).
 *
 * Both are written beside, synced and renamed into place, tensors first: a checkpoint is there whole, or not at all. `name` is `epoch-3` after
 * three epochs, `epoch-3-step-120` in the middle of the third.
 * The last two are kept, and the best epoch of each.
 */
export class CheckpointStore {
  constructor(readonly folder: string) {}

  /** Names of what is there, latest first, by the numbers in the names. */
  names(): string[] {
    if (!existsSync(this.folder)) return [];
    return readdirSync(this.folder)
      .flatMap((file) => /^(epoch-\d+(?:-step-\d+)?)\.json$/.exec(file)?.[1] ?? [])
      .sort((a, b) => compareNames(b, a));
  }

  /** @returns The path of the tensor file. */
  save(name: string, progress: Progress, state: EngineState): string {
    mkdirSync(this.folder, { recursive: true });
    const tensors = encodeSafetensors(prefixed(state), { format: 'trimodal-training' });
    const manifest: Manifest = { format: 1, tensors: { sha256: sha256(tensors), bytes: tensors.length }, progress };
    const content = toJson(manifest);
    const path = join(this.folder, `${name}.safetensors`);
    writeDurably(path, tensors);
    writeDurably(join(this.folder, `${name}.json`), `${JSON.stringify({ sha256: sha256(content), content })}\n`);
    syncFolder(this.folder);
    this.prune();
    return path;
  }

  /** @throws CheckpointError if a file is missing or damaged. */
  load(name: string): Checkpoint {
    const { tensors: expected, progress } = this.manifest(name);
    const file = join(this.folder, `${name}.safetensors`);
    const bytes = read(file);
    if (bytes.length !== expected.bytes) {
      throw new CheckpointError(`Cannot load ${file} as it must have ${expected.bytes} bytes: got ${bytes.length}.`);
    }
    if (sha256(bytes) !== expected.sha256) {
      throw new CheckpointError(`Cannot load ${file} as its SHA-256 must be ${expected.sha256}: got ${sha256(bytes)}.`);
    }
    const parameters = new Map<string, StoredTensor>();
    const optimizer = new Map<string, StoredTensor>();
    for (const [key, tensor] of decodeSafetensors(new Uint8Array(bytes)).tensors) {
      if (key.startsWith(PARAMETERS)) parameters.set(key.slice(PARAMETERS.length), tensor);
      if (key.startsWith(OPTIMIZER)) optimizer.set(key.slice(OPTIMIZER.length), tensor);
    }
    return { name, progress, state: { parameters, optimizer } };
  }

  /** The best epoch of the run, as of its latest checkpoint. @throws CheckpointError if either is missing or damaged. */
  best(): Checkpoint {
    const [latest] = this.names();
    const best = latest && this.manifest(latest).progress.best;
    if (!best) throw new CheckpointError(`Cannot load the best epoch as ${this.folder} must hold one: it has none.`);
    return this.load(checkpointName(best.epoch));
  }

  /** Takes a checkpoint out of the sequence; its files are kept with `.refused` after their names, for whoever wants to look. */
  refuse(name: string): void {
    for (const file of [`${name}.json`, `${name}.safetensors`].map((base) => join(this.folder, base))) {
      if (existsSync(file)) renameSync(file, `${file}.refused`);
    }
  }

  private manifest(name: string): Manifest {
    const file = join(this.folder, `${name}.json`);
    try {
      const { sha256: expected, content } = JSON.parse(read(file).toString('utf8')) as Record<string, unknown>;
      if (typeof content === 'string' && sha256(content) === expected) return fromJson(content);
    } catch (cause) {
      if (cause instanceof CheckpointError) throw cause;
      throw new CheckpointError(`Cannot load ${file} as it must be JSON: got ${(cause as Error).message}.`, { cause });
    }
    throw new CheckpointError(
      `Cannot load ${file} as its content must have the SHA-256 that it states: it has another.`,
    );
  }

  /**
   * Removes all but the last two and their best, and what a kill has left of others. Of a checkpoint the manifest goes first,
   * so that none is ever half there.
   */
  private prune(): void {
    const lastTwo = this.names().slice(0, 2);
    const kept = new Set([...lastTwo, ...lastTwo.flatMap((name) => this.bestOf(name) ?? [])]);
    for (const file of readdirSync(this.folder).sort()) {
      const [, name, partial] = /^(epoch-\d+(?:-step-\d+)?)\.(?:json|safetensors)(\.partial)?$/.exec(file) ?? [];
      if (name && (partial || !kept.has(name))) rmSync(join(this.folder, file));
    }
  }

  private bestOf(name: string): string | undefined {
    try {
      const { best } = this.manifest(name).progress;
      return best && checkpointName(best.epoch);
    } catch {
      return undefined; // damaged, so nothing can rest on it
    }
  }
}

/** `epoch-3`: the end of the third epoch; `epoch-3-step-120`: within it, after 120 steps of the run. */
export function checkpointName(epoch: number, step?: number): string {
  return step === undefined ? `epoch-${epoch}` : `epoch-${epoch}-step-${step}`;
}

const PARAMETERS = 'parameters/';
const OPTIMIZER = 'optimizer/';

function prefixed({ parameters, optimizer }: EngineState): Map<string, StoredTensor> {
  return new Map([
    ...[...parameters].map(([path, tensor]) => [PARAMETERS + path, tensor] as const),
    ...[...optimizer].map(([name, tensor]) => [OPTIMIZER + name, tensor] as const),
  ]);
}

/** `epoch-3-step-120` comes before `epoch-3`, which is the end of that epoch. */
function compareNames(a: string, b: string): number {
  const [epochA = 0, stepA = Infinity] = a.match(/\d+/g)!.map(Number);
  const [epochB = 0, stepB = Infinity] = b.match(/\d+/g)!.map(Number);
  return epochA - epochB || (stepA === stepB ? 0 : stepA - stepB);
}

/** Metrics may be NaN, which JSON lacks. */
function toJson(manifest: Manifest): string {
  return JSON.stringify(manifest, (_, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value,
  );
}

function fromJson(content: string): Manifest {
  return JSON.parse(content, (_, value: unknown) =>
    typeof value === 'object' && value !== null && 'number' in value && typeof value.number === 'string'
      ? Number(value.number)
      : value,
  );
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new CheckpointError(`Cannot load ${file} as it must be readable: got ${(cause as Error).message}.`, {
      cause,
    });
  }
}

function writeDurably(path: string, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const descriptor = openSync(`${path}.partial`, 'w');
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(`${path}.partial`, path);
}

/** Makes renames durable; not every system lets a folder be synced, and those need no syncing. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
