import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The path of a file beside this one. */
export function fixturePath(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

export function readJson(name: string): unknown {
  return JSON.parse(readFileSync(fixturePath(name), 'utf8'));
}

/** A folder that goes with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'readers-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A file of these bytes that goes with the test. */
export function temporaryFile(bytes: Uint8Array, name = 'test.pkl'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, bytes);
  return path;
}
