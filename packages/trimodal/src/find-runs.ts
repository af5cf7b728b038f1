import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { RunDirectory } from './run-directory';

/** How deep a folder is searched: `runs/ablation/without-tsf/seed-1111`. */
const DEPTH = 4;

export type FoundRuns = {
  readonly finished: readonly RunDirectory[];
  /** Folders of runs that have begun and aren't finished. */
  readonly unfinished: readonly string[];
};

/**
 * The runs that paths name: a run itself, or a folder with runs somewhere below.
 *
 * @throws RangeError if a path isn't there, holds no finished run, or is a run that isn't finished.
 */
export function findRuns(paths: readonly string[]): FoundRuns {
  const finished = new Map<string, RunDirectory>();
  const unfinished = new Set<string>();
  for (const path of paths) {
    if (!existsSync(path) || !statSync(path).isDirectory()) {
      throw new RangeError(`Cannot find runs in ${path} as it must be a folder: there is no such folder.`);
    }
    const found = runsBelow(path.replace(/(?<=.)\/+$/, ''), DEPTH);
    for (const run of found) {
      if (run.isFinished) finished.set(run.path, run);
      else unfinished.add(run.path);
    }
    if (!found.some((run) => run.isFinished)) {
      const why =
        found.length > 0 ? `${found.length} there ${found.length === 1 ? "isn't" : "aren't"} finished` : 'it has none';
      throw new RangeError(`Cannot find runs in ${path} as it must be a finished run, or a folder of some: ${why}.`);
    }
  }
  return { finished: [...finished.values()], unfinished: [...unfinished] };
}

function runsBelow(path: string, depth: number): RunDirectory[] {
  const run = new RunDirectory(path);
  if (run.isFinished || existsSync(run.events) || existsSync(run.checkpoints)) return [run];
  if (depth === 0) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .flatMap((name) => runsBelow(join(path, name), depth - 1));
}
