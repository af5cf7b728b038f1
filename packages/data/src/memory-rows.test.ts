import { expect, test } from 'vitest';
import { MemoryRows } from './memory-rows';

const rows = () =>
  new MemoryRows(
    Float32Array.from({ length: 12 }, (_, i) => i),
    [3, 2, 2],
  );

test('rows come in the order asked for, repeated ones too', () => {
  const out = new Float32Array(13).fill(-1);
  rows().readRows([2, 0, 2], out);
  expect([...out]).toEqual([8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11, -1]);
});

test('readAll gives an array of its own', () => {
  const source = rows();
  source.readAll().fill(0);
  expect(source.readAll()[5]).toBe(5);
});

test('says what is wrong', () => {
  expect(() => new MemoryRows(new Float32Array(5), [2, 3])).toThrow(/shape \[2, 3\], 5 values/);
  expect(() => rows().readRows([3], new Float32Array(4))).toThrow(/from 0 to 2: got 3/);
  expect(() => rows().readRows([0, 1], new Float32Array(7))).toThrow(/must hold 8 values: got 7/);
});
