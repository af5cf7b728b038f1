import type { ScaleLinear } from 'd3-scale';
import { el, fragment, type Markup } from './markup';
import { TEXT_SIZE } from './theme';

export type Box = { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
type Scale = ScaleLinear<number, number>;

const SMALL = TEXT_SIZE - 1;

/** Horizontal grid lines with their values to the left; the name of the axis above them. */
export function yAxis(scale: Scale, box: Box, label: string): Markup {
  const count = Math.max(2, Math.round((box.bottom - box.top) / 38));
  const format = scale.tickFormat(count);
  return fragment(
    scale.ticks(count).map((tick) => [
      el('line', {
        x1: box.left,
        x2: box.right,
        y1: scale(tick),
        y2: scale(tick),
        stroke: 'currentColor',
        'stroke-opacity': 0.12,
      }),
      el(
        'text',
        { x: box.left - 7, y: scale(tick) + 4, 'text-anchor': 'end', 'font-size': SMALL, opacity: 0.85 },
        format(tick),
      ),
    ]),
    el('text', { x: 12, y: box.top - 10, 'font-size': SMALL, opacity: 0.85 }, label),
  );
}

/** A base line, ticks and values below it, and the name of the axis; `whole` if nothing stands between two integers. */
export function xAxis(scale: Scale, box: Box, label: string, { grid = false, whole = false } = {}): Markup {
  const count = Math.max(2, Math.min(10, Math.round((box.right - box.left) / 45)));
  const ticks = scale.ticks(count).filter((tick) => !whole || Number.isInteger(tick));
  const format = whole ? String : scale.tickFormat(count);
  return fragment(
    el('line', {
      x1: box.left,
      x2: box.right,
      y1: box.bottom,
      y2: box.bottom,
      stroke: 'currentColor',
      'stroke-opacity': 0.5,
    }),
    ticks.map((tick) => [
      el('line', {
        x1: scale(tick),
        x2: scale(tick),
        y1: grid ? box.top : box.bottom,
        y2: box.bottom + 4,
        stroke: 'currentColor',
        'stroke-opacity': grid ? 0.12 : 0.5,
      }),
      el(
        'text',
        { x: scale(tick), y: box.bottom + 18, 'text-anchor': 'middle', 'font-size': SMALL, opacity: 0.85 },
        format(tick),
      ),
    ]),
    el(
      'text',
      { x: (box.left + box.right) / 2, y: box.bottom + 36, 'text-anchor': 'middle', 'font-size': SMALL, opacity: 0.85 },
      label,
    ),
  );
}

/** The least and the greatest finite number with some air around them; around a constant, and of nothing, there is room too. */
export function extent(values: readonly number[], air = 0.04): [number, number] {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [0, 1];
  const low = finite.reduce((a, b) => Math.min(a, b));
  const high = finite.reduce((a, b) => Math.max(a, b));
  const margin = high > low ? (high - low) * air : Math.abs(high) * 0.1 || 0.5;
  return [low - margin, high + margin];
}
