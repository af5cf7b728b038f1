import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Where `.ci/run` gathers the counts of every package. */
const results = process.env['TEST_RESULTS'];

export default defineConfig({
  resolve: { conditions: ['@trimodal/source'] },
  ssr: { resolve: { conditions: ['@trimodal/source'] } },
  test: {
    environment: 'node',
    pool: 'forks',
    include: ['**/*.test.{ts,mjs}'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // the banner that the cpu backend of TensorFlow.js prints once a process
    onConsoleLog: (log) => !log.includes('Hi, looks like you are running TensorFlow.js in Node.js'),
    reporters: results
      ? ['default', ['json', { outputFile: `${results}/${basename(process.cwd())}.json` }]]
      : ['default'],
  },
});
