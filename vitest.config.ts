import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@trimodal/source'] },
  ssr: { resolve: { conditions: ['@trimodal/source'] } },
  test: {
    environment: 'node',
    pool: 'forks',
    include: ['src/**/*.test.ts'],
    testTimeout: 60_000,
    reporters: ['default'],
  },
});
