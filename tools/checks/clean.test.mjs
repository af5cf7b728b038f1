import { expect, test } from 'vitest';
import { fileProblems } from './clean.mjs';

// put together here, so that this file is clean itself
const [slash, dot] = ['/', '.'];
const inText = (text, path = 'docs/a.md') => fileProblems(path, Buffer.from(`first\n${text}\n`));

test.each([
  `see ${slash}work/main/a.ts`,
  `"${slash}tmp/x"`,
  `(${slash}root/.npmrc)`,
  `${slash}home/ada/data`,
  `file://${slash}Users/ada`,
  `C${':'}\\Users\\ada`,
])('a path of a machine: %s', (text) => {
  expect(inText(text)).toEqual([expect.stringMatching(/^docs\/a\.md:2: a path of a machine/)]);
});

test.each([
  [`registry${dot}npmjs.org`, 'the host of a registry'],
  [`http${':'}//localhost:4873/`, 'a host of this machine'],
  [`http${':'}//127.0.0.1:4873`, 'a host of this machine'],
  [`https${':'}//example.org/a-1.0.0.tgz`, 'the address of a package'],
  [`_auth${'Token'}=abc`, 'a credential'],
])('%s is %s', (text, what) => {
  expect(inText(text)).toEqual([expect.stringContaining(what)]);
});

test.each([
  '../work/tmp/x, ./tmp/x, runs/tmp/x, <home>/data',
  'https://example.org/home/page and https://github.com/trimodal/trimodal',
  'the npm registry; registry.set(name); resolution: {integrity: sha512-x}',
])('harmless: %s', (text) => {
  expect(inText(text)).toEqual([]);
});

test('a lockfile holds no address', () => {
  const line = '    resolution: {integrity: sha512-x, tarball: somewhere}';
  expect(inText(line, 'pnpm-lock.yaml')).toEqual([
    expect.stringMatching(/^pnpm-lock\.yaml:2: an address in the lockfile/),
  ]);
  expect(inText(line, 'docs/a.md')).toEqual([]);
  expect(inText('    resolution: {integrity: sha512-x}', 'pnpm-lock.yaml')).toEqual([]);
});

test('data is let in as a small fixture alone', () => {
  expect(fileProblems('data/mosi.pkl', Buffer.alloc(10))).toHaveLength(1);
  expect(fileProblems('packages/data/src/__fixtures__/two.pkl', Buffer.alloc(10))).toEqual([]);
  expect(fileProblems('packages/data/src/__fixtures__/two.pkl', Buffer.alloc(2 ** 16 + 1))).toHaveLength(1);
});

test('large files are refused', () => {
  expect(fileProblems('a.json', Buffer.alloc(2 ** 20, ' '))).toEqual([]);
  expect(fileProblems('a.json', Buffer.alloc(2 ** 20 + 1, ' '))).toHaveLength(1);
});
