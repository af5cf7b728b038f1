import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

export const HERE = join(dirname(fileURLToPath(import.meta.url)), '..');
export const CACHE = join(HERE, '.cache');
/** What this run alone needs: runs side by side don't see one another's, and it's gone when the run ends. */
export const SCRATCH = join(CACHE, `run-${process.pid}`);
export const BUNDLE = join(SCRATCH, 'workloads.mjs');

export function makeScratch() {
  mkdirSync(SCRATCH, { recursive: true });
  process.on('exit', () => rmSync(SCRATCH, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
}

/** The workloads and all that they need of the packages' sources, in one file that our processes load. */
export async function bundleWorkloads() {
  await build({
    entryPoints: [join(HERE, 'src/index.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@trimodal/source'],
    external: ['@tensorflow/*', 'onnxruntime-node', '@bufbuild/*'],
    outfile: BUNDLE,
    logLevel: 'warning',
  });
  return import(pathToFileURL(BUNDLE).href);
}
