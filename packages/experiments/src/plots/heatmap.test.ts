import { expect, test } from 'vitest';
import { textsOf, titlesOf } from './__fixtures__/parse-svg';
import { heatmapSvg } from './heatmap';

const options = {
  title: 'Borrowing',
  rows: ['text', 'audio'],
  columns: ['text', 'audio', 'a & b'],
  values: [
    [null, 0.1, 0.3],
    [0.2, null, 0],
  ],
  rowLabel: 'from',
  columnLabel: 'to',
};

test('holds every value by the names of its row and column', () => {
  expect(titlesOf(heatmapSvg(options))).toEqual([
    'Borrowing',
    'text, text: nothing',
    'text, audio: 0.1',
    'text, a & b: 0.3',
    'audio, text: 0.2',
    'audio, audio: nothing',
    'audio, a & b: 0',
  ]);
  expect(textsOf(heatmapSvg(options))).toEqual(expect.arrayContaining(['from', 'to', 'a & b', '0.30', '–']));
});

/** The luminance of the cells, in order. */
function cellColors(svg: string): number[] {
  return [...svg.matchAll(/rx="3" fill="rgb\((\d+), (\d+), (\d+)\)"/g)].map(
    ([, r, g, b]) => 3 * Number(r) + 6 * Number(g) + Number(b),
  );
}

test('more is darker, and writing can be read on it', () => {
  const svg = heatmapSvg(options);
  const [tenth, third, fifth, zero] = cellColors(svg);
  expect(zero).toBeGreaterThan(tenth!);
  expect(tenth).toBeGreaterThan(fifth!);
  expect(fifth).toBeGreaterThan(third!);
  const inks = [...svg.matchAll(/text-anchor="middle" fill="(#\w+)"/g)].map(([, ink]) => ink);
  expect(inks).toEqual(['#10202e', '#ffffff', '#ffffff', '#10202e']);
});

test('the domain is what is asked for; below 0 colours part in two', () => {
  expect(cellColors(heatmapSvg({ ...options, domain: [0, 10] }))[1]).toBeGreaterThan(
    cellColors(heatmapSvg(options))[1]!,
  );
  const svg = heatmapSvg({ title: 'x', rows: ['a'], columns: ['b', 'c', 'd'], values: [[-1, 0, 1]] });
  const channels = [...svg.matchAll(/rx="3" fill="rgb\((\d+), \d+, (\d+)\)"/g)].map(
    ([, r, b]) => Number(r) - Number(b),
  );
  expect(channels[0]).toBeGreaterThan(50);
  expect(Math.abs(channels[1]!)).toBeLessThan(10);
  expect(channels[2]).toBeLessThan(-50);
});

test('nothing but gaps, or zeros, is drawn too', () => {
  expect(titlesOf(heatmapSvg({ title: 'x', rows: ['a'], columns: ['b'], values: [[null]] }))).toContain(
    'a, b: nothing',
  );
  expect(heatmapSvg({ title: 'x', rows: ['a'], columns: ['b'], values: [[0]] })).not.toContain('NaN');
});

test('values that do not fit the names are refused', () => {
  expect(() => heatmapSvg({ ...options, values: [[1], [2]] })).toThrow(
    'Cannot plot "Borrowing" as it must have 2 rows of 3 values, and at least one: got rows of [1, 1].',
  );
  expect(() => heatmapSvg({ ...options, rows: [], values: [] })).toThrow('got rows of []');
});
