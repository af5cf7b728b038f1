import { chmodSync, existsSync, readdirSync, readlinkSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fakeAddon, fakeTensorFlow, write } from './__fixtures__/fake-folders';
import { checkPlatform, type LinkOptions, link, readLink, unlink } from './link';
import type { Findings } from './verify-addon';

const FINDINGS: Findings = {
  backend: 'tensorflow',
  tensorflow: '2.21.0',
  gpu: false,
  losses: [2, 1],
  expected: [2, 1],
  gflops: 50,
};

const platform = { os: 'linux', arch: 'x64', glibc: true };
const build: LinkOptions['build'] = async ({ out, place }) => {
  write(out, place.file, 'built');
};
const verify = async () => FINDINGS;
const tree = (folder: string) => (readdirSync(folder, { recursive: true }) as string[]).sort();

test('a link is in place when it is verified, is told of, and goes without a trace', async () => {
  const addon = fakeAddon();
  const before = tree(addon.folder);
  const tensorflow = fakeTensorFlow({ cuda: '12.5.1' });
  const steps: string[] = [];
  const found = await link({
    addon,
    tensorflow,
    platform,
    build,
    onStep: (what) => steps.push(what),
    verify: async (folder) => {
      expect(existsSync(join(folder, 'lib/napi-v8/tfjs_binding.node'))).toBe(true);
      expect(readlinkSync(join(folder, 'deps/lib'))).toBe(tensorflow.folder);
      return FINDINGS;
    },
  });
  expect(found).toBe(FINDINGS);
  expect(steps).toHaveLength(2);
  expect(readLink(addon)).toMatchObject({ tensorflow, package: '@tensorflow/tfjs-node@4.22.0', intact: true });
  renameSync(tensorflow.folder, `${tensorflow.folder}-moved`);
  expect(readLink(addon)!.intact).toBe(false);
  expect(unlink(addon)).toBe(true);
  expect(unlink(addon)).toBe(false);
  expect(readLink(addon)).toBeUndefined();
  expect(tree(addon.folder)).toEqual(before);
});

test.each<[string, Partial<LinkOptions>]>([
  ['build', { build: () => Promise.reject(new Error('no build')), verify }],
  ['verification', { build, verify: () => Promise.reject(new Error('no verification')) }],
])('a failed %s leaves the package as it was, with an addon or a link that was there', async (what, parts) => {
  const addon = fakeAddon();
  write(addon.folder, 'lib/napi-v8/tfjs_binding.node', 'downloaded');
  const before = tree(addon.folder);
  const failing = { addon, tensorflow: fakeTensorFlow(), platform, ...parts };
  await expect(link(failing)).rejects.toThrow(`no ${what}`);
  expect(tree(addon.folder)).toEqual(before);
  const tensorflow = fakeTensorFlow({ version: '2.20.0' });
  await link({ addon, tensorflow, platform, build, verify });
  const linked = tree(addon.folder);
  await expect(link(failing)).rejects.toThrow(`no ${what}`);
  expect(tree(addon.folder)).toEqual(linked);
  expect(readLink(addon)!.tensorflow).toEqual(tensorflow);
  expect(unlink(addon)).toBe(true);
  expect(tree(addon.folder)).toEqual(before);
});

test.each([
  [{ os: 'darwin', arch: 'arm64', glibc: false }, 'got darwin arm64;'],
  [{ os: 'linux', arch: 'arm64', glibc: true }, 'got linux arm64;'],
  [{ os: 'linux', arch: 'x64', glibc: false }, 'got linux x64 without glibc;'],
  [{ os: 'win32', arch: 'x64', glibc: false }, 'got win32 x64;'],
])('%j is not covered', async (elsewhere, told) => {
  expect(() => checkPlatform(elsewhere)).toThrow(told);
  const options = { addon: fakeAddon(), tensorflow: fakeTensorFlow(), platform: elsewhere, build, verify };
  await expect(link(options)).rejects.toThrow('Cannot link TensorFlow as this must be Linux x64 with glibc');
});

test.skipIf(process.getuid?.() === 0)('a package of another owner is named', async () => {
  const addon = fakeAddon();
  chmodSync(addon.folder, 0o555);
  await expect(link({ addon, tensorflow: fakeTensorFlow(), platform, build, verify })).rejects.toThrow(
    `Cannot link ${addon.folder} as it must be yours to write to: got EACCES`,
  );
});
