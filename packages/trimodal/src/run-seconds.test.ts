import { expect, test } from 'vitest';
import { runSeconds } from './run-seconds';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
const log = (...events: [type: string, second: number][]) =>
  events.map(([type, second]) => `${JSON.stringify({ type, time: at(second).toISOString() })}\n`).join('');

test('a run of one process counts from its start to now', () => {
  expect(runSeconds(log(['run-start', 5], ['step', 7], ['run-end', 9]), at(10).getTime())).toBe(5);
});

test('what lies between two processes is not counted', () => {
  const resumed = log(['run-start', 0], ['epoch', 4], ['checkpoint', 5], ['run-start', 30], ['run-end', 36]);
  expect(runSeconds(resumed, at(37).getTime())).toBe(5 + 7);
});
