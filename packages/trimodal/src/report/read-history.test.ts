import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { newFolder } from '../__fixtures__/cli';
import { readHistory } from './read-history';

test('epochs in order, the later record of one that was done again; torn lines are passed over', () => {
  const file = newFolder();
  mkdirSync(dirname(file), { recursive: true });
  const epoch = (number: number, loss: number) =>
    JSON.stringify({ type: 'epoch', epoch: number, loss, terms: { task: loss }, metrics: { mae: 1 }, isBest: false });
  writeFileSync(
    file,
    [epoch(1, 5), epoch(2, 4), '{"type":"step","epoch":3}', '{"type":"epo', epoch(2, 3), epoch(3, 2), ''].join('\n'),
  );
  expect(readHistory(file).map(({ epoch: number, loss }) => [number, loss])).toEqual([
    [1, 5],
    [2, 3],
    [3, 2],
  ]);
  expect(readHistory(file)[0]).toEqual({ epoch: 1, loss: 5, terms: { task: 5 }, metrics: { mae: 1 } });
  expect(readHistory(`${file}-none`)).toEqual([]);
});
