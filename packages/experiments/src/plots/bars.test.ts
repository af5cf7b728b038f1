import { expect, test } from 'vitest';
import { textsOf, titlesOf } from './__fixtures__/parse-svg';
import { barsSvg } from './bars';

const bars = [
  { label: 'w/o TSF', value: 0.04, low: 0.01, high: 0.07 },
  { label: 'w/o <AGPR>', value: -0.02, low: -0.05, high: 0.01 },
  { label: 'alone', value: 0.03 },
];
const svg = barsSvg({ title: 'Change of MAE', xLabel: 'MAE', bars });

test('holds every value with its interval', () => {
  expect(titlesOf(svg)).toEqual([
    'Change of MAE',
    'w/o TSF: 0.04 [0.01, 0.07]',
    'w/o <AGPR>: −0.02 [−0.05, 0.01]',
    'alone: 0.03',
  ]);
  expect(textsOf(svg)).toEqual(
    expect.arrayContaining(['w/o <AGPR>', '−0.02 [−0.05, 0.01]', 'MAE', 'Pale: the interval holds 0.']),
  );
});

test('bars start at 0, go to either side, and are as long as their values', () => {
  const rects = [
    ...svg.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="16" fill="[^"]+" fill-opacity="([\d.]+)"/g),
  ];
  const [first, second, third] = rects.map(([, x, width, opacity]) => ({
    x: Number(x),
    width: Number(width),
    opacity,
  }));
  expect(first!.width / second!.width).toBeCloseTo(2, 1);
  expect(second!.x + second!.width).toBeCloseTo(first!.x, 1);
  expect(third!.x).toBe(first!.x);
  expect(rects.map(([, , , opacity]) => opacity)).toEqual(['1', '0.35', '1']);
});

test('no bars, or a value outside of its interval, are refused', () => {
  expect(() => barsSvg({ title: 'x', xLabel: 'y', bars: [] })).toThrow(
    'Cannot plot "x" as there must be a bar at least',
  );
  expect(() => barsSvg({ title: 'x', xLabel: 'y', bars: [{ label: 'a', value: 2, low: 0, high: 1 }] })).toThrow(
    'the value of "a" must be a number in its interval: got 2 in [0, 1]',
  );
  expect(() => barsSvg({ title: 'x', xLabel: 'y', bars: [{ label: 'a', value: Number.NaN }] })).toThrow('got NaN');
});
