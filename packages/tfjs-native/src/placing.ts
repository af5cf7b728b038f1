import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** Where what was there before is kept, beside it. */
const KEPT = '.before-link';
/** Where an earlier link of ours waits until the new one is verified. */
const EARLIER = '.earlier-link';

/** Lies in the folder of the addon and says that it is ours. */
export const RECORD = 'trimodal-link.json';

/** What is put in place: the first entry wins, each is known as ours by its kind (see `isOurs`). */
export type Entry = {
  /** Where it goes, relative to the package. */
  readonly target: string;
  /** What goes there, on the same file system. */
  readonly staged: string;
};

const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** Whether an entry was put there by a link: a folder with our record, or a symbolic link. */
function isOurs(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats !== undefined && (stats.isSymbolicLink() || existsSync(join(path, RECORD)));
}

/**
 * Puts entries where they belong, each by a rename; what is there is kept beside it.
 *
 * @returns `undo` brings everything back as it was; `commit` drops an earlier link that was replaced.
 * @throws What the file system says, after undoing what was done.
 */
export function place(folder: string, entries: readonly Entry[]): { undo: () => void; commit: () => void } {
  const done: (() => void)[] = [];
  const earlier: string[] = [];
  const move = (from: string, to: string) => {
    renameSync(from, to);
    done.push(() => renameSync(to, from));
  };
  const undo = () => {
    for (const step of done.splice(0).reverse()) step();
  };
  try {
    for (const { target, staged } of entries) {
      const path = join(folder, target);
      makeFolder(dirname(path), done);
      if (exists(path)) {
        const aside = path + (isOurs(path) ? EARLIER : KEPT);
        rmSync(aside, { recursive: true, force: true }); // left by a run that was killed
        move(path, aside);
        if (aside.endsWith(EARLIER)) earlier.push(aside);
      }
      move(staged, path);
    }
  } catch (error) {
    undo();
    throw error;
  }
  const commit = () => {
    done.length = 0;
    for (const path of earlier) rmSync(path, { recursive: true, force: true });
  };
  return { undo, commit };
}

function makeFolder(folder: string, done: (() => void)[]): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder), done);
  mkdirSync(folder);
  done.push(() => rmdirSync(folder));
}

/**
 * Takes away what links put there and brings back what was kept; whatever is not ours stays.
 *
 * @returns Whether there was anything to take away or bring back.
 */
export function takeAway(folder: string, targets: readonly string[]): boolean {
  let changed = false;
  for (const target of targets) {
    const path = join(folder, target);
    if (isOurs(path)) {
      rmSync(path, { recursive: true });
      changed = true;
    }
    rmSync(path + EARLIER, { recursive: true, force: true });
    if (!exists(path) && exists(path + KEPT)) {
      renameSync(path + KEPT, path);
      changed = true;
    }
    const parent = dirname(path);
    if (changed && parent !== folder && existsSync(parent) && readdirSync(parent).length === 0) rmdirSync(parent);
  }
  return changed;
}

/** The record of a link and where its libraries lie; undefined if the folder holds none of ours. */
export function readRecord(folder: string): unknown {
  const file = join(folder, RECORD);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** Where a symbolic link leads; undefined if there is none. */
export function leadsTo(path: string): string | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : undefined;
}
