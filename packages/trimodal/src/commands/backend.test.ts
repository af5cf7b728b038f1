import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newFolder, printed } from '../__fixtures__/cli';
import { builtFor, chooseAddon, linkBackend, unlinkBackend } from './backend';

/** A project with tfjs-node as npm installs it with scripts off. */
function project(): { readonly folder: string; readonly addon: string } {
  const folder = newFolder();
  const addon = join(folder, 'node_modules/@tensorflow/tfjs-node');
  mkdirSync(join(addon, 'binding'), { recursive: true });
  const binary = { module_name: 'tfjs_binding', napi_versions: [8] };
  writeFileSync(
    join(addon, 'package.json'),
    JSON.stringify({ name: '@tensorflow/tfjs-node', version: '4.22.0', binary }),
  );
  for (const file of ['binding.gyp', 'binding/tfjs_binding.cc']) writeFileSync(join(addon, file), '');
  return { folder, addon };
}

const at = (backend: 'node' | 'node-gpu') => ({ backend, name: `tfjs-${backend}`, version: '4.22.0', folder: '/x' });

test('of two packages the one that fits the TensorFlow is linked, unless one is named', () => {
  const both = [at('node-gpu'), at('node')];
  expect(chooseAddon(both, { cuda: '12.5' }).backend).toBe('node-gpu');
  expect(chooseAddon(both, { cuda: undefined }).backend).toBe('node');
  expect(chooseAddon(both, { cuda: undefined }, 'node-gpu').backend).toBe('node-gpu');
  expect(chooseAddon([at('node')], { cuda: '12.5' }).backend).toBe('node');
  expect(() => chooseAddon([at('node')], { cuda: '12.5' }, 'node-gpu')).toThrow(
    'Cannot link the package of node-gpu as it must be installed: got tfjs-node alone.',
  );
  expect([builtFor({ cuda: '12.5' }), builtFor({ cuda: undefined })]).toEqual(['built for CUDA 12.5', 'for CPUs']);
});

test('without a package there is nothing to link, and it says how to get one', async () => {
  const nowhere = [newFolder()];
  await expect(linkBackend({}, nowhere)).rejects.toThrow('npm install --ignore-scripts @tensorflow/tfjs-node@4.22.0');
  expect(() => unlinkBackend({}, nowhere)).toThrow('Cannot find tfjs-node as @tensorflow/tfjs-node');
});

test('without TensorFlow there is nothing to link against', async () => {
  const { folder } = project();
  await expect(linkBackend({ python: '/nothing/python' }, [folder])).rejects.toThrow(
    'Cannot find TensorFlow as a Python must have it: got /nothing/python: spawn /nothing/python ENOENT; install it with',
  );
  expect(process.listenerCount('SIGINT')).toBe(0);
});

test('a link is taken away once', async () => {
  const { folder, addon } = project();
  mkdirSync(join(addon, 'lib/napi-v8'), { recursive: true });
  writeFileSync(join(addon, 'lib/napi-v8/trimodal-link.json'), '{}');
  const unlinked = () => printed(async () => unlinkBackend({}, [folder]));
  expect((await unlinked()).text).toBe('@tensorflow/tfjs-node is as it was before.');
  expect((await unlinked()).text).toBe('@tensorflow/tfjs-node is not linked.');
});
