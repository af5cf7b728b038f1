import { expect, test } from 'vitest';
import { titlesOf } from './__fixtures__/parse-svg';
import { linesSvg } from './lines';

test('holds every value, and rings the one to look at', () => {
  const svg = linesSvg({
    title: 'Loss',
    xLabel: 'epoch',
    yLabel: 'loss',
    lines: [{ name: 'train', x: [1, 2], y: [0.5, 0.25], highlight: { x: 2, y: 0.25, label: 'epoch 2 was selected' } }],
  });
  expect(titlesOf(svg)).toEqual(['Loss', 'train, 1: 0.5', 'train, 2: 0.25', 'epoch 2 was selected', 'train']);
  const [, cx] = svg.match(/<circle cx="([\d.]+)" cy="[\d.]+" r="6.5"/)!;
  expect(svg).toMatch(new RegExp(`cx="${Number(cx).toFixed(1).replace('.0', '')}" cy="[\\d.]+" r="3.4"`));
});

test('many points are a line alone; the axis shows at least what is asked for', () => {
  const x = Array.from({ length: 200 }, (_, i) => i);
  const svg = linesSvg({
    title: 'x',
    xLabel: 'x',
    yLabel: 'y',
    yDomain: [0, 1],
    lines: [{ name: 'a', x, y: x.map(() => 0.5) }],
  });
  expect(svg).not.toContain('<circle');
  expect(svg).toContain('>0.0<');
  expect(svg).toContain('>1.0<');
});

test('more lines than colours can still be told apart', () => {
  const lines = Array.from({ length: 9 }, (_, i) => ({ name: `line ${i}`, x: [0, 1], y: [i, i] }));
  const svg = linesSvg({ title: 'x', xLabel: 'x', yLabel: 'y', lines });
  const strokes = [
    ...svg.matchAll(
      /stroke="([^"]+)" stroke-width="2.2" stroke-linejoin="round" stroke-linecap="round"( stroke-dasharray="[^"]+")?/g,
    ),
  ];
  expect(new Set(strokes.map(([, color, dash]) => color + (dash ?? '')))).toHaveProperty('size', 9);
});
