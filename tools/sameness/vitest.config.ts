import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const conditions = ['@trimodal/source'];

/** The tests of every component once more, compiled, and those of the presets. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  resolve: {
    conditions,
    alias: { '@trimodal/testing': fileURLToPath(new URL('./testing.ts', import.meta.url)) },
  },
  ssr: { resolve: { conditions } },
  test: {
    environment: 'node',
    pool: 'forks',
    include: [
      'packages/{layers,experts,encoders,disentanglers,blocks,fusion,reconstruction,self-distillation}/src/**/*.test.ts',
      'tools/sameness/*.test.ts',
    ],
    testTimeout: 60_000,
  },
});
