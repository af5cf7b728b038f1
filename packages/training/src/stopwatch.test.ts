import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Stopwatch } from './stopwatch';

let now = 0;
beforeEach(() => {
  now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

function step(stopwatch: Stopwatch, ms: number): void {
  now += ms;
  stopwatch.step();
}

test('the first step, which compiles, is forgotten; newer steps weigh a tenth', () => {
  const stopwatch = new Stopwatch();
  step(stopwatch, 5000);
  expect(stopwatch.msPerStep).toBe(5000);
  step(stopwatch, 100);
  expect(stopwatch.msPerStep).toBe(100);
  step(stopwatch, 200);
  expect(stopwatch.msPerStep).toBeCloseTo(110);
});

test('what is left counts steps and validations, not what lies between', () => {
  const stopwatch = new Stopwatch();
  step(stopwatch, 9000);
  step(stopwatch, 10);
  now += 30;
  expect(stopwatch.validation()).toBe(30);
  now += 1000;
  stopwatch.restart();
  step(stopwatch, 10);
  expect(stopwatch.msLeft(4, 2)).toBeCloseTo(100);
});
