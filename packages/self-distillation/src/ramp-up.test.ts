import { expect, it } from 'vitest';
import { rampUp } from './ramp-up';

it('rises in a line from the first step and stays', () => {
  expect([1, 2, 3, 4, 5, 99].map((step) => rampUp(step, 4))).toEqual([0.25, 0.5, 0.75, 1, 1, 1]);
  expect(rampUp(1, 0)).toBe(1);
});

it('refuses what is no step', () => {
  expect(() => rampUp(-1, 4)).toThrow('got step=-1, steps=4');
  expect(() => rampUp(1, Number.NaN)).toThrow('steps=NaN');
});
