import { expect, test } from 'vitest';
import { principalComponents } from './principal-components';

test('finds the plane that rows lie in, the longer direction first', () => {
  // 5 a (0.6, 0.8, 0) + b (0, 0, 1) + a constant
  const pairs = Array.from({ length: 20 }, (_, i) => [Math.cos(i * 0.314159265), Math.sin(i * 0.314159265)] as const);
  const rows = pairs.flatMap(([a, b]) => [3 * a + 7, 4 * a - 2, b + 1]);
  const { points, explained } = principalComponents(rows, 3);
  for (const [i, [a, b]] of pairs.entries()) {
    expect(points[i]![0]).toBeCloseTo(5 * a, 5);
    expect(points[i]![1]).toBeCloseTo(b, 5);
  }
  expect(explained[0]).toBeCloseTo(25 / 26, 6);
  expect(explained[1]).toBeCloseTo(1 / 26, 6);
});

test('a direction points to where its largest loading is positive, whichever way the rows lie', () => {
  for (const [a, b] of [
    [3, 4],
    [-3, -4],
    [-1, 4],
    [4, -1],
    [1, -4],
    [-4, 1],
  ] as const) {
    const up = Math.abs(a) > Math.abs(b) ? a > 0 : b > 0;
    const { points } = principalComponents([0, 0, a, b, 2 * a, 2 * b], 2);
    expect(points[2]![0] > points[0]![0], `${a}, ${b}`).toBe(up);
  }
});

test('more features than rows, and one feature', () => {
  const { points } = principalComponents([0, 0, 0, 0, 3, 4], 3);
  expect(points[1]![0] - points[0]![0]).toBeCloseTo(5, 6);
  expect(principalComponents([1, 3], 1)).toEqual({
    points: [
      [-1, 0],
      [1, 0],
    ],
    explained: [1, 0],
  });
});

test('rows that are all the same have no direction: nothing but zeros', () => {
  const { points, explained } = principalComponents([1, 2, 1, 2, 1, 2], 2);
  expect(points).toHaveLength(3);
  expect(points.flat().every((value) => value === 0)).toBe(true);
  expect(explained).toEqual([0, 0]);
});

test('data that are no rows are refused', () => {
  expect(() => principalComponents([1, 2, 3], 2)).toThrow('there must be two rows of 2 values at least: got 3 values');
  expect(() => principalComponents([1, 2], 2)).toThrow('got 2 values');
});
