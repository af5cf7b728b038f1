import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newFolder, write } from './__fixtures__/fake-folders';
import { findNodeHeaders } from './node-headers';

function withHeaders(without?: string): string {
  const folder = newFolder();
  for (const file of ['node_api.h', 'common.gypi', 'config.gypi']) {
    if (file !== without) write(folder, `include/node/${file}`);
  }
  return folder;
}

test('headers are those named, those npm is set to, those beside Node, or none', () => {
  const [named, set, beside, none] = [withHeaders(), withHeaders(), withHeaders(), withHeaders('common.gypi')];
  const env = { npm_config_nodedir: set };
  const execPath = join(beside, 'bin', 'node');
  expect(findNodeHeaders({ named, env, execPath })).toBe(named);
  expect(findNodeHeaders({ env, execPath })).toBe(set);
  expect(findNodeHeaders({ env: { npm_config_nodedir: none }, execPath })).toBe(beside);
  expect(findNodeHeaders({ env: {}, execPath: join(none, 'bin', 'node') })).toBeUndefined();
  expect(() => findNodeHeaders({ named: none, env, execPath })).toThrow(`--node-headers must be a folder`);
});
