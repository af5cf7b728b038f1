import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const TEMPORARY = '.tmp';

/** True of what a kill may leave behind. */
export const isTemporary = (name: string): boolean => name.endsWith(TEMPORARY);

/** Writes a file whole or not at all: to a temporary name beside it, then renamed. */
export function writeFileWhole(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}${TEMPORARY}`;
  writeFileSync(temporary, content);
  renameSync(temporary, path);
}

/** Writes plain data as indented JSON, whole or not at all. */
export function writeJson(path: string, data: unknown): void {
  writeFileWhole(path, `${JSON.stringify(data, null, 2)}\n`);
}
