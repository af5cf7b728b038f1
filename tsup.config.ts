import { readFileSync } from 'node:fs';
import { defineConfig } from 'tsup';

/** One build for every package, run from its folder: entries are the sources that its `exports` and `bin` name. */
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  exports: Record<string, string | { '@trimodal/source'?: string }>;
  bundle?: { format?: ('esm' | 'cjs')[]; entry?: string[] };
};
const sources = Object.values(manifest.exports).flatMap((target) =>
  typeof target === 'object' && target['@trimodal/source'] ? [target['@trimodal/source'].replace('./', '')] : [],
);

export default defineConfig({
  entry: [...sources, ...(manifest.bundle?.entry ?? [])],
  format: manifest.bundle?.format ?? ['esm', 'cjs'],
  tsconfig: '../../tsconfig.json',
  target: 'node20',
  platform: 'neutral',
  // platform 'neutral' knows no Node built-ins: every import that is not a file stays an import
  external: [/^[^./]/],
  dts: false,
  sourcemap: true,
  clean: true,
  treeshake: true,
  silent: true,
});
