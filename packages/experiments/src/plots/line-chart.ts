import { scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import { type Box, extent, xAxis, yAxis } from './axes';
import { spreadLabels } from './end-labels';
import { figure, NOTE_HEIGHT, TITLE_HEIGHT } from './figure';
import { marker } from './markers';
import { el, fragment, type Markup } from './markup';
import { colorOf, dashOf, fitText, number, TEXT_SIZE, textWidth } from './theme';

export type ChartLine = {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Half the height of the band around the line, a number a point. */
  readonly spread?: readonly number[];
  /** Thin lines beside it, such as single seeds. */
  readonly single?: readonly (readonly number[])[];
  /** A point of the line to ring, such as the selected epoch. */
  readonly highlight?: { readonly x: number; readonly y: number; readonly label: string };
};

export type LineChartOptions = {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly lines: readonly ChartLine[];
  readonly note?: string | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** What the vertical axis shows at least. */
  readonly yDomain?: readonly [number, number] | undefined;
};

/** More points than this aren't marked one by one. */
const MOST_MARKERS = 30;
const LABEL_WIDTH = 190;

/** Lines over a common horizontal axis, each with its name at its end. */
export function lineChart(options: LineChartOptions): string {
  const { title, xLabel, yLabel, lines, note, width = 640, height = 380 } = options;
  for (const each of lines) checkLine(title, each);
  const labelWidth = Math.min(LABEL_WIDTH, Math.max(0, ...lines.map(({ name }) => textWidth(name))));
  const box: Box = {
    left: 58,
    right: width - labelWidth - 26,
    top: TITLE_HEIGHT + 28,
    bottom: height - 46 - (note ? NOTE_HEIGHT : 0),
  };
  const x = scaleLinear()
    .domain(
      extent(
        lines.flatMap((each) => each.x),
        0,
      ),
    )
    .range([box.left + 4, box.right - 4]);
  const shown = lines.flatMap(({ y, spread, single = [] }) => [
    ...y.flatMap((value, i) => [value - (spread?.[i] || 0), value + (spread?.[i] || 0)]),
    ...single.flat(),
  ]);
  const y = scaleLinear()
    .domain(extent([...shown, ...(options.yDomain ?? [])], options.yDomain ? 0 : 0.04))
    .range([box.bottom, box.top]);
  if (options.yDomain) y.nice();
  return figure(
    { width, height, title, note },
    yAxis(y, box, yLabel),
    xAxis(x, box, xLabel, { whole: lines.every((each) => each.x.every(Number.isInteger)) }),
    ...lines.map((each, index) => spreadOf(each, index, x, y)),
    ...lines.map((each, index) => drawLine(each, index, x, y)),
    endLabels(lines, x, y, box),
  );
}

function checkLine(title: string, { name, x, y, spread = y, single = [] }: ChartLine): void {
  const wrong = [y, spread, ...single].find((values) => values.length !== x.length);
  if (x.length > 0 && !wrong) return;
  throw new RangeError(
    `Cannot plot "${title}" as each line must have a value for each x, and at least one: got ${x.length} x and ${wrong?.length ?? 0} values of "${name}".`,
  );
}

type Scale = (value: number) => number;

/** The band and the single lines of a line, which lie under all lines. */
function spreadOf({ x: xs, y: ys, spread, single = [] }: ChartLine, index: number, x: Scale, y: Scale): Markup {
  const color = colorOf(index);
  const band =
    spread?.some((value) => value > 0) &&
    area<number>(
      (i) => x(xs[i]!),
      (i) => y(ys[i]! - spread[i]!),
      (i) => y(ys[i]! + spread[i]!),
    )
      .defined((i) => Number.isFinite(ys[i]! + spread[i]!))
      .digits(2)(xs.map((_, i) => i));
  return fragment(
    typeof band === 'string' && el('path', { d: band, fill: color, 'fill-opacity': 0.14 }),
    single.map((values) =>
      el('path', { d: path(xs, values, x, y), fill: 'none', stroke: color, 'stroke-width': 1, 'stroke-opacity': 0.35 }),
    ),
  );
}

function drawLine({ name, x: xs, y: ys, spread, highlight }: ChartLine, index: number, x: Scale, y: Scale): Markup {
  const color = colorOf(index);
  const marked = xs.length > MOST_MARKERS ? [] : xs.map((_, i) => i).filter((i) => Number.isFinite(ys[i]!));
  const tell = (i: number) =>
    `${name}, ${number(xs[i]!)}: ${number(ys[i]!)}${spread ? ` ± ${number(spread[i]!)}` : ''}`;
  return el(
    'g',
    { 'aria-label': name },
    el('path', {
      d: path(xs, ys, x, y),
      fill: 'none',
      stroke: color,
      'stroke-width': 2.2,
      'stroke-linejoin': 'round',
      'stroke-linecap': 'round',
      'stroke-dasharray': dashOf(index),
    }),
    el(
      'g',
      { fill: color },
      marked.map((i) => marker(index, x(xs[i]!), y(ys[i]!), 3.4, tell(i))),
    ),
    highlight &&
      el(
        'circle',
        { cx: x(highlight.x), cy: y(highlight.y), r: 6.5, fill: 'none', stroke: color, 'stroke-width': 2 },
        el('title', {}, highlight.label),
      ),
  );
}

/** Through all points that are numbers; where one is not, the line has a gap. */
function path(xs: readonly number[], ys: readonly number[], x: Scale, y: Scale): string {
  const draw = line<number>(
    (i) => x(xs[i]!),
    (i) => y(ys[i]!),
  );
  return draw.defined((i) => Number.isFinite(ys[i]!)).digits(2)(xs.map((_, i) => i)) ?? '';
}

/** The name of each line at its last point, moved apart where they would meet. */
function endLabels(lines: readonly ChartLine[], x: Scale, y: Scale, box: Box): Markup {
  const ends = lines.map(({ x: xs, y: ys }) => {
    const last = ys.findLastIndex(Number.isFinite);
    return last < 0 ? { x: box.left, y: box.bottom } : { x: x(xs[last]!), y: y(ys[last]!) };
  });
  const places = spreadLabels(
    ends.map((end) => end.y),
    TEXT_SIZE + 4,
    [box.top, box.bottom],
  );
  return fragment(
    lines.map(({ name }, index) => [
      el('path', {
        d: `M${Number((ends[index]!.x + 5).toFixed(2))} ${Number(ends[index]!.y.toFixed(2))}L${box.right + 10} ${Number(places[index]!.toFixed(2))}`,
        fill: 'none',
        stroke: colorOf(index),
        'stroke-opacity': 0.5,
      }),
      el(
        'text',
        { x: box.right + 14, y: places[index]! + 4, fill: colorOf(index), 'font-weight': 600 },
        el('title', {}, name),
        fitText(name, LABEL_WIDTH),
      ),
    ]),
  );
}
