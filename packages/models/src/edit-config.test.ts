import { expect, test } from 'vitest';
import { editConfig, parseAssignment } from './edit-config';
import { dbr } from './presets/dbr';

test('an edit merges into records and leaves the rest, and the original, as they were', () => {
  const before = JSON.stringify(dbr);
  const edited = editConfig(dbr, { sharedBranch: { kernelSize: 5 }, dModel: 32 });
  expect(edited.sharedBranch).toEqual({ ...dbr.sharedBranch, kernelSize: 5 });
  expect(edited.dModel).toBe(32);
  expect(edited.fusion).toEqual(dbr.fusion);
  expect(JSON.stringify(dbr)).toBe(before);
});

test('a part of another kind starts anew', () => {
  expect(editConfig(dbr, { sharedBranch: { kind: 'identity' } }).sharedBranch).toEqual({ kind: 'identity' });
  expect(editConfig(dbr, { sharedBranch: { kind: 'tsf', kernelSize: 5 } }).sharedBranch).toMatchObject({ numHeads: 4 });
});

test('lists and null replace', () => {
  expect(editConfig({ a: [1, 2], b: { c: 1 } }, { a: [3], b: null })).toEqual({ a: [3], b: null });
});

test.each([
  ['a.b=5', { a: { b: 5 } }],
  ['a=true', { a: true }],
  ['a=mae', { a: 'mae' }],
  ['a.b={"c":[1,2]}', { a: { b: { c: [1, 2] } } }],
  ['a=x=y', { a: 'x=y' }],
])('%s is read', (text, edit) => {
  expect(parseAssignment(text)).toEqual(edit);
});

test.each(['a', 'a=', '=5', 'a..b=1', ''])('"%s" is refused', (text) => {
  expect(() => parseAssignment(text)).toThrow(`path.to.key=value: got "${text}"`);
});
