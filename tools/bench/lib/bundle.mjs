import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

export const HERE = join(dirname(fileURLToPath(import.meta.url)), '..');
export const CACHE = join(HERE, '.cache');
export const BUNDLE = join(CACHE, 'workloads.mjs');

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
