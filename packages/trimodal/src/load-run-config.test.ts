import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { presets } from '@trimodal/models';
import { expect, test } from 'vitest';
import { checkRunConfig, loadRunConfig } from './load-run-config';

const file = join(mkdtempSync(join(tmpdir(), 'config-')), 'config.json');

test.each(Object.keys(presets))('the recipe of %s is a configuration, and survives JSON', (architecture) => {
  const config = loadRunConfig({ architecture });
  expect(checkRunConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
});

test('the file edits the preset, assignments edit the file, the seed is last', () => {
  writeFileSync(file, '{ "seed": 1, "model": { "dModel": 32, "sharedBranch": { "kernelSize": 5 } } }');
  const config = loadRunConfig({
    architecture: 'dbr',
    file,
    assignments: ['model.dModel=16', 'seed=2', 'model.dModel=24'],
    seed: 3,
  });
  expect(config.seed).toBe(3);
  expect(config.model).toEqual({
    ...presets.dbr,
    dModel: 24,
    sharedBranch: { ...presets.dbr.sharedBranch, kernelSize: 5 },
  });
});

test('a file that is no JSON is named', () => {
  writeFileSync(file, '{');
  expect(() => loadRunConfig({ architecture: 'dbr', file })).toThrow(
    `Cannot read ${file} as it must be a configuration in JSON, an object: `,
  );
  writeFileSync(file, '[1]');
  expect(() => loadRunConfig({ architecture: 'dbr', file })).toThrow('an object: got [1]');
  expect(() => loadRunConfig({ architecture: 'dbr', file: dirname(file) })).toThrow('an object: it is a folder');
});

test.each(['toString', '', 'DBR'])('"%s" is no architecture', (architecture) => {
  expect(() => loadRunConfig({ architecture })).toThrow(
    `must be one of ${Object.keys(presets).join(', ')}: got "${architecture}"`,
  );
});
