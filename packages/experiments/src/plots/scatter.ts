import { scaleLinear } from 'd3-scale';
import { type Box, extent } from './axes';
import { figure, NOTE_HEIGHT, TITLE_HEIGHT } from './figure';
import { marker } from './markers';
import { el, fragment, type Markup } from './markup';
import { colorOf, textWidth } from './theme';

export type ScatterPoint = { readonly x: number; readonly y: number; readonly group: string };

export type ScatterOptions = {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** In the order of colours and marks, the same in every panel. */
  readonly groups: readonly string[];
  /** Side by side, on the same axes. */
  readonly panels: readonly { readonly title: string; readonly points: readonly ScatterPoint[] }[];
  readonly note?: string;
  readonly width?: number;
};

const GAP = 14;

/**
 * Points in groups, in panels with the same axes, as an SVG file.
 *
 * @throws RangeError if there is no panel, or a point of an unknown group.
 */
export function scatterSvg(options: ScatterOptions): string {
  const { title, xLabel, yLabel, groups, panels, note, width = 640 } = options;
  const points = panels.flatMap((panel) => panel.points);
  const stray = points.find(({ group }) => !groups.includes(group));
  if (panels.length === 0 || stray) {
    throw new RangeError(
      `Cannot plot "${title}" as it must have a panel, and points of the groups ${groups.join(', ')} alone: got ${panels.length} panels${stray ? `, and a point of "${stray.group}"` : ''}.`,
    );
  }
  const side = (width - 40 - GAP * (panels.length - 1)) / panels.length;
  const tall = Math.min(side, 300);
  const top = TITLE_HEIGHT + 46;
  const ranges = { x: extent(points.map(({ x }) => x)), y: extent(points.map(({ y }) => y)) };
  const drawn = panels.map((panel, i) => {
    const left = 28 + i * (side + GAP);
    return drawPanel(panel, groups, ranges, { left, right: left + side, top, bottom: top + tall });
  });
  const axes = fragment(
    el('text', { x: 28 + (width - 40) / 2, y: top + tall + 20, 'text-anchor': 'middle', 'font-size': 11 }, xLabel),
    el(
      'text',
      { transform: `translate(18 ${top + tall / 2}) rotate(-90)`, 'text-anchor': 'middle', 'font-size': 11 },
      yLabel,
    ),
  );
  return figure(
    { width, height: top + tall + 34 + (note ? NOTE_HEIGHT : 0), title, note },
    legend(groups),
    axes,
    ...drawn,
  );
}

function legend(groups: readonly string[]): Markup {
  let x = 30;
  return fragment(
    groups.map((group, i) => {
      const at = x;
      x += textWidth(group) + 34;
      return el(
        'g',
        {},
        el('g', { fill: colorOf(i) }, marker(i, at, TITLE_HEIGHT + 10, 5)),
        el('text', { x: at + 11, y: TITLE_HEIGHT + 14 }, group),
      );
    }),
  );
}

type Ranges = { readonly x: [number, number]; readonly y: [number, number] };

function drawPanel(
  { title, points }: ScatterOptions['panels'][number],
  groups: readonly string[],
  ranges: Ranges,
  box: Box,
): Markup {
  const x = scaleLinear()
    .domain(ranges.x)
    .range([box.left + 6, box.right - 6]);
  const y = scaleLinear()
    .domain(ranges.y)
    .range([box.bottom - 6, box.top + 6]);
  const line = { stroke: 'currentColor', 'stroke-opacity': 0.15 };
  return el(
    'g',
    { 'aria-label': title },
    el('rect', {
      x: box.left,
      y: box.top,
      width: box.right - box.left,
      height: box.bottom - box.top,
      fill: 'none',
      ...line,
    }),
    el('line', { x1: x(0), x2: x(0), y1: box.top, y2: box.bottom, ...line }),
    el('line', { x1: box.left, x2: box.right, y1: y(0), y2: y(0), ...line }),
    el('text', { x: box.left + 2, y: box.top - 6, 'font-weight': 600 }, title),
    groups.map((group, i) => {
      const own = points.filter((point) => point.group === group);
      return (
        own.length > 0 &&
        el(
          'g',
          { fill: colorOf(i), 'fill-opacity': 0.6, 'aria-label': `${group}: ${own.length} points` },
          own.map((point) => marker(i, x(point.x), y(point.y), 2.6)),
        )
      );
    }),
  );
}
