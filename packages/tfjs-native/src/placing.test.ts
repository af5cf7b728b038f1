import { existsSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newFolder, write } from './__fixtures__/fake-folders';
import { leadsTo, place, RECORD, readRecord, takeAway } from './placing';

const TARGETS = ['lib/napi-v8', 'deps/lib'];

/** What a link puts in place: a folder with a record, a symbolic link. */
function stage(folder: string, mark: string) {
  const staging = join(folder, `staging-${mark}`);
  write(staging, `addon/${RECORD}`, JSON.stringify({ mark }));
  write(staging, 'addon/it.node', mark);
  symlinkSync(`/wheel/${mark}`, join(staging, 'libraries'));
  return place(folder, [
    { target: 'deps/lib', staged: join(staging, 'libraries') },
    { target: 'lib/napi-v8', staged: join(staging, 'addon') },
  ]);
}

const tree = (folder: string): string[] =>
  (readdirSync(folder, { recursive: true }) as string[]).filter((name) => !name.startsWith('staging')).sort();

test('into an empty package, and away again without a trace', () => {
  const folder = newFolder();
  write(folder, 'package.json');
  stage(folder, 'a').commit();
  expect(readRecord(join(folder, 'lib/napi-v8'))).toEqual({ mark: 'a' });
  expect(leadsTo(join(folder, 'deps/lib'))).toBe('/wheel/a');
  expect(takeAway(folder, TARGETS)).toBe(true);
  expect(tree(folder)).toEqual(['package.json']);
  expect(takeAway(folder, TARGETS)).toBe(false);
});

test('what was there is kept over two links and comes back', () => {
  const folder = newFolder();
  write(folder, 'lib/napi-v8/it.node', 'downloaded');
  write(folder, 'deps/lib/libtensorflow.so.2.9.1');
  write(folder, 'deps/include/c_api.h');
  const before = tree(folder);
  stage(folder, 'a').commit();
  stage(folder, 'b').commit();
  expect(readFileSync(join(folder, 'lib/napi-v8/it.node'), 'utf8')).toBe('b');
  expect(readlinkSync(join(folder, 'deps/lib'))).toBe('/wheel/b');
  expect(tree(folder).filter((name) => name.includes('earlier'))).toEqual([]);
  expect(takeAway(folder, TARGETS)).toBe(true);
  expect(tree(folder)).toEqual(before);
  expect(readFileSync(join(folder, 'lib/napi-v8/it.node'), 'utf8')).toBe('downloaded');
});

test('undo brings an earlier link back, and the first one leaves nothing', () => {
  const folder = newFolder();
  stage(folder, 'a').undo();
  expect(tree(folder)).toEqual([]);
  stage(folder, 'b').commit();
  stage(folder, 'c').undo();
  expect(readRecord(join(folder, 'lib/napi-v8'))).toEqual({ mark: 'b' });
  expect(leadsTo(join(folder, 'deps/lib'))).toBe('/wheel/b');
});

test('an entry that can not be placed undoes those before it', () => {
  const folder = newFolder();
  write(folder, 'lib', 'a file where a folder must be');
  expect(() => stage(folder, 'a')).toThrow();
  expect(tree(folder)).toEqual(['lib']);
});

test('a folder that is not ours stays; what a killed run left half done is mended', () => {
  const folder = newFolder();
  write(folder, 'lib/napi-v8/it.node', 'downloaded');
  expect(takeAway(folder, TARGETS)).toBe(false);
  expect(existsSync(join(folder, 'lib/napi-v8/it.node'))).toBe(true);
  stage(folder, 'a'); // neither committed nor undone
  expect(takeAway(folder, TARGETS)).toBe(true);
  expect(tree(folder)).toEqual(['lib', 'lib/napi-v8', 'lib/napi-v8/it.node']);
});
