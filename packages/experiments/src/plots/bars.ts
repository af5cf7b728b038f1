import { scaleLinear } from 'd3-scale';
import { extent, xAxis } from './axes';
import { figure, NOTE_HEIGHT, TITLE_HEIGHT } from './figure';
import { el, type Markup } from './markup';
import { colorOf, fitText, number, textWidth } from './theme';

/** A value with the ends of its interval, such as a confidence interval, if it has one. */
export type Bar = { readonly label: string; readonly value: number; readonly low?: number; readonly high?: number };

export type BarsOptions = {
  readonly title: string;
  readonly xLabel: string;
  readonly bars: readonly Bar[];
  readonly note?: string;
  readonly width?: number;
};

const ROW = 28;
const LABEL_WIDTH = 230;

/**
 * Horizontal bars from 0 with their intervals, as an SVG file; a bar whose interval holds 0 is pale.
 *
 * @throws RangeError if there is no bar, or the ends of an interval aren't on both sides of its value.
 * @example const svg = barsSvg({ title: 'MAE', xLabel: 'change', bars: [{ label: 'w/o TSF', value: 0.02, low: -0.01, high: 0.05 }] });
 */
export function barsSvg({ title, xLabel, bars, note = noteOf(bars), width = 640 }: BarsOptions): string {
  checkBars(title, bars);
  const left = Math.min(LABEL_WIDTH, Math.max(...bars.map(({ label }) => textWidth(label)))) + 26;
  const values = bars.map(told);
  const top = TITLE_HEIGHT + 12;
  const box = {
    left,
    right: width - Math.max(...values.map((value) => textWidth(value))) - 26,
    top,
    bottom: top + bars.length * ROW,
  };
  const height = box.bottom + 46 + (note ? NOTE_HEIGHT : 0);
  const x = scaleLinear()
    .domain(extent([0, ...bars.flatMap(({ value, low = value, high = value }) => [value, low, high])]))
    .range([box.left, box.right]);
  const rows = bars.map((bar, i) => drawBar(bar, values[i]!, box.top + (i + 0.5) * ROW, x, box));
  const zero = el('line', { x1: x(0), x2: x(0), y1: box.top, y2: box.bottom, stroke: 'currentColor' });
  return figure(
    { width, height, title, note: note || undefined },
    xAxis(x, box, xLabel, { grid: true }),
    ...rows,
    zero,
  );
}

function checkBars(title: string, bars: readonly Bar[]): void {
  if (bars.length === 0) throw new RangeError(`Cannot plot "${title}" as there must be a bar at least: got none.`);
  for (const { label, value, low = value, high = value } of bars) {
    if (low <= value && value <= high) continue;
    throw new RangeError(
      `Cannot plot "${title}" as the value of "${label}" must be a number in its interval: got ${value} in [${low}, ${high}].`,
    );
  }
}

const holdsZero = ({ value, low = value, high = value }: Bar) => low !== high && low <= 0 && high >= 0;

function told({ value, low, high }: Bar): string {
  return low === undefined || high === undefined ? number(value) : `${number(value)} [${number(low)}, ${number(high)}]`;
}

type Scale = (value: number) => number;

function drawBar(
  bar: Bar,
  text: string,
  y: number,
  x: Scale,
  { left, right }: { left: number; right: number },
): Markup {
  const { label, value, low, high } = bar;
  const [from, to] = [Math.min(x(0), x(value)), Math.max(x(0), x(value))];
  const rule = { stroke: 'currentColor', 'stroke-width': 1.4 };
  return el(
    'g',
    { 'aria-label': `${label}: ${text}` },
    el('title', {}, `${label}: ${text}`),
    el('text', { x: left - 12, y: y + 4, 'text-anchor': 'end' }, fitText(label, LABEL_WIDTH)),
    el('rect', {
      x: from,
      y: y - 8,
      width: to - from,
      height: 16,
      fill: colorOf(0),
      'fill-opacity': holdsZero(bar) ? 0.35 : 1,
    }),
    low !== undefined &&
      high !== undefined && [
        el('line', { x1: x(low), x2: x(high), y1: y, y2: y, ...rule }),
        [low, high].map((end) => el('line', { x1: x(end), x2: x(end), y1: y - 4, y2: y + 4, ...rule })),
      ],
    el('text', { x: right + 12, y: y + 4, 'font-size': 11 }, text),
  );
}

function noteOf(bars: readonly Bar[]): string {
  return bars.some(holdsZero) ? 'Pale: the interval holds 0.' : '';
}
