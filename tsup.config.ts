import { readFileSync } from 'node:fs';
import { defineConfig } from 'tsup';

/** One build for every package, run from its folder: entries are the sources that its `exports` name. */
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  exports: Record<string, string | { '@trimodal/source'?: string }>;
  bundle?: { format?: ('esm' | 'cjs')[]; entry?: string[] };
};
const sources = Object.values(manifest.exports).flatMap((target) =>
  typeof target === 'object' && target['@trimodal/source'] ? [target['@trimodal/source'].replace('./', '')] : [],
);

export default defineConfig((options) => ({
  entry: [...sources, ...(manifest.bundle?.entry ?? [])],
  format: manifest.bundle?.format ?? ['esm', 'cjs'],
  tsconfig: '../../tsconfig.json',
  target: 'node20',
  platform: 'neutral',
  // platform 'neutral' knows no Node built-ins: every import that is not a file stays an import
  external: [/^[^./]/],
  // what two entries share goes to a chunk, so that a class is the same from `.` and from a subpath
  splitting: true,
  // `tsup --env.types`: types alone, beside the code; tsup itself sets an option that TypeScript 6 deprecates
  dts: options.env?.['types'] ? { only: true, compilerOptions: { ignoreDeprecations: '6.0' } } : false,
  sourcemap: true,
  clean: !options.env?.['types'],
  treeshake: true,
  silent: true,
}));
