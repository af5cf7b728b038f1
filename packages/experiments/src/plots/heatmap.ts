import { figure, NOTE_HEIGHT, TITLE_HEIGHT } from './figure';
import { el, fragment, type Markup } from './markup';
import { alike, colorScale, fitText, inkOn, number, textWidth } from './theme';

export type HeatmapOptions = {
  readonly title: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** `[row][column]`; null where there is nothing to tell. */
  readonly values: readonly (readonly (number | null)[])[];
  /** The values of the palest and the darkest colour: 0, or the least where it is lower, to the greatest, unless told. */
  readonly domain?: readonly [number, number];
  /** What rows and columns are. */
  readonly rowLabel?: string;
  readonly columnLabel?: string;
  readonly note?: string;
  readonly width?: number;
};

const ROW = 34;
const LABEL_WIDTH = 200;
const COLUMN = 150;
const SMALL = 11;

/**
 * Numbers on colours, as an SVG file.
 *
 * @throws RangeError unless there is a row of values for each name, with a value for each column.
 */
export function heatmapSvg(options: HeatmapOptions): string {
  const { title, rows, columns, values, note, rowLabel, columnLabel, width = 640 } = options;
  const isWrong = values.length !== rows.length || values.some((row) => row.length !== columns.length);
  if (isWrong || rows.length === 0 || columns.length === 0) {
    throw new RangeError(
      `Cannot plot "${title}" as it must have ${rows.length} rows of ${columns.length} values, and at least one: got rows of [${values.map((row) => row.length).join(', ')}].`,
    );
  }
  const known = values.flat().filter((value): value is number => value !== null && Number.isFinite(value));
  const domain = options.domain ?? [Math.min(0, ...known), Math.max(...known, known.length === 0 ? 1 : 0) || 1];
  const color = colorScale(domain);
  const format = alike(known);
  const left = Math.min(LABEL_WIDTH, Math.max(...[...rows, rowLabel ?? ''].map((name) => textWidth(name)))) + 26;
  const column = Math.min(COLUMN, (width - left - 14) / columns.length);
  const heads = columns.map((name) => wrapped(name, column - 4));
  const below = 13 * Math.max(...heads.map((lines) => lines.length - 1)); // what a second line of names takes
  const top = TITLE_HEIGHT + below + (columnLabel ? 46 : 28);
  const cells = values.flatMap((row, i) =>
    row.map((value, j) =>
      cell(
        { x: left + j * column, y: top + i * ROW, width: column },
        value,
        color,
        format,
        `${rows[i]}, ${columns[j]}`,
      ),
    ),
  );
  const small = { 'font-size': SMALL, opacity: 0.85 };
  const titles = heads.flatMap((lines, j) =>
    lines.map((line, k) =>
      el(
        'text',
        {
          x: left + (j + 0.5) * column,
          y: top - 8 - 13 * (lines.length - 1 - k),
          'text-anchor': 'middle',
          ...small,
        },
        line,
      ),
    ),
  );
  const names = rows.map((name, i) =>
    el('text', { x: left - 10, y: top + (i + 0.5) * ROW + 4, 'text-anchor': 'end' }, fitText(name, LABEL_WIDTH)),
  );
  return figure(
    { width, height: top + rows.length * ROW + 16 + (note ? NOTE_HEIGHT : 0), title, note },
    fragment(
      columnLabel && el('text', { x: left, y: top - 26 - below, 'font-size': SMALL, 'font-weight': 600 }, columnLabel),
    ),
    fragment(
      rowLabel &&
        el(
          'text',
          { x: left - 10, y: top - 8, 'text-anchor': 'end', 'font-size': SMALL, 'font-weight': 600 },
          rowLabel,
        ),
    ),
    ...titles,
    ...names,
    ...cells,
  );
}

/** A name on one line, or its last word on a second one where it doesn't fit. */
function wrapped(name: string, width: number): string[] {
  const words = name.split(' ');
  const isShort = words.length === 1 || textWidth(name, SMALL) <= width;
  const lines = isShort ? [name] : [words.slice(0, -1).join(' '), words.at(-1)!];
  return lines.map((line) => fitText(line, width, SMALL));
}

type Format = (value: number) => string;
type Place = { readonly x: number; readonly y: number; readonly width: number };

function cell({ x, y, width }: Place, value: number | null, color: Format, format: Format, name: string): Markup {
  const isKnown = value !== null && Number.isFinite(value);
  const fill = isKnown ? color(value) : 'none';
  return el(
    'g',
    {},
    el('title', {}, `${name}: ${isKnown ? number(value) : 'nothing'}`),
    el('rect', { x: x + 1, y: y + 1, width: width - 2, height: ROW - 2, rx: 3, fill }),
    el(
      'text',
      {
        x: x + width / 2,
        y: y + ROW / 2 + 4,
        'text-anchor': 'middle',
        ...(isKnown ? { fill: inkOn(fill) } : { opacity: 0.5 }),
      },
      isKnown ? format(value) : '–',
    ),
  );
}
