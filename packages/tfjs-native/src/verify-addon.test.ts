import { expect, test } from 'vitest';
import { ended, fakeRun } from './__fixtures__/fake-folders';
import { checkFindings, explainLoading, type Findings, verifyAddon } from './verify-addon';

const GOOD: Findings = {
  backend: 'tensorflow',
  tensorflow: '2.21.0',
  gpu: false,
  losses: [2.00001, 1.5, 1],
  expected: [2, 1.5, 1],
  gflops: 50,
};

test('what the process found is its last line', async () => {
  const { run, calls } = fakeRun(() => ({ stdout: `a banner\n${JSON.stringify(GOOD)}\n` }));
  expect(await verifyAddon('/the/package', run)).toEqual(GOOD);
  expect(calls[0]!.at(-1)).toBe('/the/package');
  const failing = fakeRun(() => ({ code: 1, stderr: 'Error: no\n    at x' }));
  await expect(verifyAddon('/the/package', failing.run)).rejects.toThrow(
    'Cannot use the addon as it must load: got "Error: no".',
  );
});

test('losses must be those of plain JavaScript, to what a GPU may round', () => {
  const off = { ...GOOD, losses: [2, 1.503, 1] };
  expect(() => checkFindings(GOOD)).not.toThrow();
  expect(() => checkFindings(off)).toThrow('got the loss 1.503 instead of 1.5 at step 2;');
  expect(() => checkFindings({ ...off, gpu: true })).not.toThrow();
  expect(() => checkFindings({ ...GOOD, losses: [2, Number.NaN, 1] })).toThrow('got the loss NaN');
  expect(() => checkFindings({ ...GOOD, losses: [1, 1], expected: [1, 1] })).toThrow('at step 1');
  expect(() => checkFindings({ ...GOOD, losses: [], expected: [] })).toThrow('must train');
  expect(() => checkFindings({ ...GOOD, backend: 'cpu' })).toThrow('must set the backend tensorflow: got cpu');
});

test.each([
  ['Error: libtensorflow_cc.so.2: cannot open shared object file: No such file or directory', 'link again'],
  ['Error: libcudart.so.12: cannot open shared object file', 'libcudart.so.12 must be found'],
  ["Error: /lib/libstdc++.so.6: version `GLIBCXX_3.4.30' not found (required by x)", 'must have GLIBCXX_3.4.30'],
  ['Error: tfjs_binding.node: undefined symbol: TFE_NewContext', 'got no TFE_NewContext'],
  ["Error: Cannot find module '@mapbox/node-pre-gyp'\nRequire stack:", '@mapbox/node-pre-gyp must be installed'],
  ['Error: The Node.js native addon module (tfjs_binding.node) can not be found at path: x', 'trimodal backend link'],
  ['x.js:3\n    throw y\nTypeError: f is not a function\n    at z', 'got "TypeError: f is not a function"'],
])('%j tells what to do', (stderr, told) => {
  expect(explainLoading(ended({ code: 1, stderr }))).toContain(told);
});

test.each([
  ['SIGILL', 'AVX'],
  ['SIGSEGV', 'another version'],
  ['SIGKILL', 'memory'],
  ['SIGTERM', 'within 180 s'],
  ['SIGINT', 'the signal SIGINT'],
])('a process that ended by %s says what that means', (signal, told) => {
  expect(explainLoading(ended({ code: undefined, signal }))).toContain(told);
});
