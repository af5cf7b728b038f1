import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fakeAddon, newFolder } from './__fixtures__/fake-folders';
import { addonPlace, findAddonPackages } from './addon-packages';

test('packages are found from the first place that has them, the one for GPUs first', () => {
  const [first, second] = [newFolder(), newFolder()];
  const cpu = fakeAddon(first);
  fakeAddon(second, '4.20.0');
  const gpu = fakeAddon(second, '4.21.0', '@tensorflow/tfjs-node-gpu');
  expect(findAddonPackages([newFolder()])).toEqual([]);
  expect(findAddonPackages([join(first, 'below', 'it')])).toEqual([cpu]);
  expect(findAddonPackages([first, second])).toEqual([gpu, cpu]);
  expect(findAddonPackages([second])[1]!.version).toBe('4.20.0');
});

test('the addon lies where the package looks for it: by the newest Node-API that both know', () => {
  const addon = fakeAddon();
  const place = { folder: 'lib/napi-v8', file: 'tfjs_binding.node', module: 'tfjs_binding', napiVersion: 8 };
  expect(addonPlace(addon)).toEqual(place);
  expect(addonPlace(addon, '10')).toEqual(place);
  expect(addonPlace(addon, '7')).toMatchObject({ folder: 'lib/napi-v7', napiVersion: 7 });
  expect(() => addonPlace(addon, '2')).toThrow('as Node must have Node-API 3 or later: got 2; take a newer Node.');
});

test('a package of another version or without its sources is refused', () => {
  expect(() => addonPlace(fakeAddon(newFolder(), '3.21.1'))).toThrow(
    'as its version must be 4.x: got 3.21.1; install it',
  );
  const addon = fakeAddon();
  rmSync(join(addon.folder, 'binding.gyp'));
  expect(() => addonPlace(addon)).toThrow(`got ${addon.folder} without binding.gyp; install it anew with npm install`);
});
