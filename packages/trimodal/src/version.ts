import { readFileSync } from 'node:fs';

/** The version of this package; the manifest lies above both the sources and the bundle. */
export function readVersion(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version as string;
}
