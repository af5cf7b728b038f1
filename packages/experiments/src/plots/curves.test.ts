import { expect, test } from 'vitest';
import { textsOf, titlesOf } from './__fixtures__/parse-svg';
import { type CurveSeries, curvesSvg } from './curves';

const series: CurveSeries[] = [
  {
    name: 'dbr',
    x: [0, 0.5, 1],
    mean: [0.81, 0.74, 0.52],
    std: [0.01, 0.02, 0.03],
    seeds: [
      [0.8, 0.72, 0.5],
      [0.82, 0.76, 0.54],
    ],
  },
  {
    name: 'concat <b>&"\'',
    x: [0, 0.5, 1],
    mean: [0.8, 0.7, 0.5],
    std: [0, 0, 0],
    seeds: [
      [0.8, 0.7, 0.5],
      [0.8, 0.7, 0.5],
    ],
  },
];
const options = { title: 'Acc-2 & more', xLabel: 'missing rate', yLabel: 'acc2NonZero', series };

test('holds every value, with its spread, and every name', () => {
  const svg = curvesSvg(options);
  expect(titlesOf(svg)).toEqual(
    expect.arrayContaining([
      'Acc-2 & more',
      'dbr, 0.5: 0.74 ± 0.02',
      'dbr, 1: 0.52 ± 0.03',
      'concat <b>&"\', 0: 0.8 ± 0',
    ]),
  );
  expect(textsOf(svg)).toEqual(
    expect.arrayContaining(['missing rate', 'acc2NonZero', '0.50', 'dbr', 'concat <b>&"\'']),
  );
  expect(textsOf(svg).at(-1)).toMatch(/^Mean over 2 seeds; band: one standard deviation/);
});

test('higher is further up, later further right', () => {
  const points = [...curvesSvg(options).matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [
    Number(x),
    Number(y),
  ]);
  const [first, second, third] = points;
  expect(first![0]).toBeLessThan(second![0]!);
  expect(second![0]! - first![0]!).toBeCloseTo(third![0]! - second![0]!, 0);
  expect(first![1]).toBeLessThan(second![1]!);
  expect((third![1]! - second![1]!) / (second![1]! - first![1]!)).toBeCloseTo((0.74 - 0.52) / (0.81 - 0.74), 1);
});

test('a band only where there is a spread, thin lines only where there are several seeds', () => {
  const bands = (svg: string) => svg.match(/fill-opacity="0.14"/g) ?? [];
  const thin = (svg: string) => svg.match(/stroke-opacity="0.35"/g) ?? [];
  expect(bands(curvesSvg(options))).toHaveLength(1);
  expect(thin(curvesSvg(options))).toHaveLength(4);
  const alone = curvesSvg({ ...options, series: [{ ...series[1]!, seeds: [[0.8, 0.7, 0.5]] }] });
  expect([bands(alone), thin(alone)]).toEqual([[], []]);
  expect(textsOf(alone).join()).not.toContain('Mean over');
});

test('the band reaches as far as the spread, to both sides of the mean', () => {
  const svg = curvesSvg({ ...options, series: [series[0]!] });
  const heights = [...svg.matchAll(/<circle cx="[\d.]+" cy="([\d.]+)"/g)].map(([, y]) => Number(y));
  const unit = (heights[2]! - heights[0]!) / (0.81 - 0.52); // pixels of 1
  const [, path] = svg.match(/<path d="([^"]+)" fill="[^"]+" fill-opacity="0.14"/)!;
  const ys = [...path!.matchAll(/,([\d.]+)/g)].map(([, y]) => Number(y)); // there along one edge, back along the other
  for (const [i, std] of series[0]!.std.entries()) {
    const edges = [ys[i]!, ys[5 - i]!].sort((a, b) => a - b);
    expect(heights[i]! - edges[0]!).toBeCloseTo(std * unit, 0);
    expect(edges[1]! - heights[i]!).toBeCloseTo(std * unit, 0);
  }
});

test('a value that is no number leaves a gap', () => {
  const svg = curvesSvg({ ...options, series: [{ ...series[1]!, mean: [0.8, Number.NaN, 0.5] }] });
  expect(svg).not.toContain('NaN');
  expect(svg.match(/<circle/g)).toHaveLength(2);
});

test('the same twice, without ids', () => {
  expect(curvesSvg(options)).toBe(curvesSvg(options));
  expect(curvesSvg(options)).not.toMatch(/\sid=/);
});

test('values that do not fit their x are refused', () => {
  expect(() => curvesSvg({ ...options, series: [{ ...series[0]!, mean: [1, 2] }] })).toThrow(
    'Cannot plot "Acc-2 & more" as each line must have a value for each x, and at least one: got 3 x and 2 values of "dbr".',
  );
  expect(() => curvesSvg({ ...options, series: [{ ...series[0]!, seeds: [[1], [2]] }] })).toThrow('1 values of "dbr"');
  expect(() => curvesSvg({ ...options, series: [{ name: 'none', x: [], mean: [], std: [], seeds: [] }] })).toThrow(
    'got 0 x',
  );
});
