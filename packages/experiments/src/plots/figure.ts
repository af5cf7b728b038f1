import { el, type Markup } from './markup';
import { FONT, fitText, INK, PAPER, TEXT_SIZE } from './theme';

export type FigureOptions = {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  /** A line of small print under the plot: what bands or marks mean. */
  readonly note?: string | undefined;
};

const TITLE_SIZE = 15;
const NOTE_SIZE = 10.5;
/** What title and note take away above and below. */
export const TITLE_HEIGHT = 34;
export const NOTE_HEIGHT = 20;

/**
 * The `svg` element around a plot: title, paper, note, and a name for those who can't see it.
 *
 * The same drawing gives the same bytes: there are no ids in it. On a page, `.plot-paper` and `color` restyle it.
 */
export function figure({ width, height, title, note }: FigureOptions, ...content: readonly Markup[]): string {
  return el(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'img',
      'aria-label': note ? `${title}. ${note}` : title,
      color: INK,
      fill: 'currentColor',
      'font-family': FONT,
      'font-size': TEXT_SIZE,
    },
    el('title', {}, title),
    el('rect', { class: 'plot-paper', width, height, fill: PAPER }),
    el(
      'text',
      { x: 12, y: 22, 'font-size': TITLE_SIZE, 'font-weight': 600 },
      fitText(title, width - 24, TITLE_SIZE * 0.95),
    ),
    ...content,
    ...(note
      ? [
          el(
            'text',
            { x: 12, y: height - 8, 'font-size': NOTE_SIZE, opacity: 0.75 },
            fitText(note, width - 24, NOTE_SIZE * 0.9),
          ),
        ]
      : []),
  ).markup;
}
