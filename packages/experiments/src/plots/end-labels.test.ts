import { expect, test } from 'vitest';
import { spreadLabels } from './end-labels';

test('what is apart stays where it is', () => {
  expect(spreadLabels([50, 10, 90], 16, [0, 100])).toEqual([50, 10, 90]);
});

test('what would meet moves apart by the gap, around its middle, in the same order', () => {
  expect(spreadLabels([50, 52, 10], 16, [0, 100])).toEqual([43, 59, 10]);
  expect(spreadLabels([50, 50, 50], 10, [0, 100])).toEqual([40, 50, 60]);
});

test('a block that grows takes in its neighbours', () => {
  const places = spreadLabels([30, 31, 32, 45, 46], 10, [0, 100]);
  for (let i = 1; i < places.length; i++) expect(places[i]! - places[i - 1]!).toBeGreaterThanOrEqual(10 - 1e-9);
  expect(places[2]).toBeCloseTo(36.8, 6);
});

test('all stay within the plot', () => {
  expect(spreadLabels([99, 100, 100], 10, [0, 100])).toEqual([80, 90, 100]);
  expect(spreadLabels([0, 1], 10, [0, 100])).toEqual([0, 10]);
});
