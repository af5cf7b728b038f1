import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { fixtureTensor, readFixture } from './fixture';

test('a fixture lies beside its test and gives tensors by name', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fixture-'));
  try {
    mkdirSync(join(folder, '__fixtures__'));
    writeFileSync(join(folder, '__fixtures__/gate.json'), '{"weight": {"shape": [1, 2], "data": [0.1, -3]}}');
    const fixture = readFixture(pathToFileURL(join(folder, 'gate.test.ts')).href, 'gate');
    const weight = fixtureTensor(fixture, 'weight');
    expect(weight.shape).toEqual([1, 2]);
    expect(Array.from(weight.dataSync())).toEqual([Math.fround(0.1), -3]);
    expect(() => fixtureTensor(fixture, 'bias')).toThrow('Cannot take bias as the fixture must have it: got [weight].');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
