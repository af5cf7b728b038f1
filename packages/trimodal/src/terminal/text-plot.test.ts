import { expect, test } from 'vitest';
import { textPlot } from './text-plot';

test('the highest value stands in the first row, the lowest in the last, each above its label', () => {
  const plot = textPlot([{ name: 'f1', values: [0.9, 0.5, 0.1] }], {
    labels: ['0', '0.5', '1'],
    height: 3,
    columnWidth: 4,
  });
  expect(plot.split('\n')).toEqual([
    '  0.900 ┤  ●',
    '  0.500 ┤      ●',
    '  0.100 ┤          ●',
    '        └────────────',
    '           0  0.5  1',
    '         ● f1',
  ]);
});

test('a constant curve is drawn', () => {
  expect(textPlot([{ name: 'f1', values: [0.5, 0.5] }], { labels: ['0', '1'], height: 2 })).toContain('●     ●');
});
