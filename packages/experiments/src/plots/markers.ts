import { el, type Markup } from './markup';

const round = (value: number): number => Number(value.toFixed(1));

/** The mark of the n-th group, so that groups can be told apart without colour: disc, square, triangle, diamond. */
export function marker(index: number, x: number, y: number, radius: number, title?: string): Markup {
  const name = title !== undefined && el('title', {}, title);
  const r = round(radius);
  switch (index % 4) {
    case 0:
      return el('circle', { cx: round(x), cy: round(y), r }, name);
    case 1:
      return el(
        'rect',
        { x: round(x - r * 0.9), y: round(y - r * 0.9), width: round(1.8 * r), height: round(1.8 * r) },
        name,
      );
    case 2:
      return el(
        'path',
        { d: `M${round(x)} ${round(y - 1.25 * r)}l${round(1.2 * r)} ${round(2.1 * r)}h${round(-2.4 * r)}z` },
        name,
      );
    default:
      return el(
        'path',
        {
          d: `M${round(x)} ${round(y - 1.35 * r)}l${round(1.35 * r)} ${round(1.35 * r)}l${round(-1.35 * r)} ${round(1.35 * r)}l${round(-1.35 * r)} ${round(-1.35 * r)}z`,
        },
        name,
      );
  }
}
