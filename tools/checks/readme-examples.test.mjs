import { join } from 'node:path';
import { expect, test } from 'vitest';
import { examplesOf, sourcesByImport } from './readme-examples.mjs';
import { ROOT } from './workspace.mjs';

test('examplesOf gives every ts block, and no other, with the line where its code begins', () => {
  const page =
    '# A\n\n```sh\nnpm install\n```\n\n```ts\nconst a = 1;\n```\ntext\n```tsx\n<A />\n```\n```ts\nconst b = 2;\nb;\n```\n';
  expect(examplesOf(page)).toEqual([
    { code: 'const a = 1;\n', line: 8 },
    { code: 'const b = 2;\nb;\n', line: 15 },
  ]);
});

test('sourcesByImport names a source for each export', () => {
  const sources = sourcesByImport(ROOT);
  expect(sources['@trimodal/core']).toBe(join(ROOT, 'packages/core/src/index.ts'));
  expect(sources['@trimodal/blocks/tsf']).toBe(join(ROOT, 'packages/blocks/src/tsf.ts'));
});
