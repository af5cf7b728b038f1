import { expect, test } from 'vitest';
import { textsOf } from './__fixtures__/parse-svg';
import { scatterSvg } from './scatter';

const options = {
  title: 'Parts',
  xLabel: 'first',
  yLabel: 'second',
  groups: ['text', 'audio <x>'],
  panels: [
    {
      title: 'shared',
      points: [
        { x: 0, y: 0, group: 'text' },
        { x: 1, y: 1, group: 'text' },
      ],
    },
    { title: 'private', points: [{ x: 0, y: 0, group: 'audio <x>' }] },
  ],
};

test('names groups, panels and axes, and has a mark for each point', () => {
  const svg = scatterSvg(options);
  expect(textsOf(svg)).toEqual(
    expect.arrayContaining(['Parts', 'text', 'audio <x>', 'shared', 'private', 'first', 'second']),
  );
  expect(svg).toContain('aria-label="text: 2 points"');
  expect(svg).toContain('aria-label="audio &lt;x&gt;: 1 points"');
  expect(svg.match(/r="2.6"/g)).toHaveLength(2);
});

test('panels have the same axes: equal points stand at equal places of their panels', () => {
  const svg = scatterSvg({
    ...options,
    panels: options.panels.map((panel, i) => (i === 0 ? panel : { ...panel, points: [{ x: 0, y: 0, group: 'text' }] })),
  });
  const dots = [...svg.matchAll(/cx="([\d.]+)" cy="([\d.]+)" r="2.6"/g)].map(([, x, y]) => [Number(x), Number(y)]);
  const panels = [...svg.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="[\d.]+" height="[\d.]+" fill="none"/g)].map(
    ([, x]) => Number(x),
  );
  expect(dots[0]![1]).toBe(dots[2]![1]);
  expect(dots[0]![0]! - panels[0]!).toBeCloseTo(dots[2]![0]! - panels[1]!, 0);
  expect(dots[1]![0]).toBeGreaterThan(dots[0]![0]!);
  expect(dots[1]![1]).toBeLessThan(dots[0]![1]!);
});

test('unknown groups, and no panels, are refused', () => {
  expect(() => scatterSvg({ ...options, groups: ['text'] })).toThrow('got 2 panels, and a point of "audio <x>"');
  expect(() => scatterSvg({ ...options, panels: [] })).toThrow('got 0 panels');
});
