import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { StampedEvent } from './events';
import { JsonlEventWriter } from './jsonl-event-writer';

const root = mkdtempSync(join(tmpdir(), 'events-'));
afterAll(() => rmSync(root, { recursive: true }));

const checkpoint = (sequence: number): StampedEvent => ({
  type: 'checkpoint',
  epoch: 1,
  step: 1,
  file: 'päth',
  sequence,
  time: '',
});

const sequences = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as StampedEvent).sequence);

function write(path: string, ...numbers: number[]) {
  const writer = new JsonlEventWriter(path);
  for (const sequence of numbers) writer.write(checkpoint(sequence));
  writer.close();
}

it('writes a line an event, and cuts what a resumed run has to write again', () => {
  const path = join(mkdtempSync(join(root, 'log-')), 'events.jsonl');
  write(path, 0, 1, 2, 3);
  expect(sequences(path)).toEqual([0, 1, 2, 3]);
  write(path, 2, 3, 4);
  expect(sequences(path)).toEqual([0, 1, 2, 3, 4]);
  appendFileSync(path, '{"type":"step","sequ');
  write(path, 5);
  expect(sequences(path)).toEqual([0, 1, 2, 3, 4, 5]);
  write(path, 0);
  expect(sequences(path)).toEqual([0]);
});

it('touches nothing before the first event', () => {
  const path = join(mkdtempSync(join(root, 'log-')), 'events.jsonl');
  write(path, 0, 1);
  write(path);
  expect(sequences(path)).toEqual([0, 1]);
});
