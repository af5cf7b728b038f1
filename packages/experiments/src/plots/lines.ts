import { type ChartLine, lineChart } from './line-chart';

export type LinesOptions = {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Each with a ring at a point of its own, such as the epoch that was selected, if it has a `highlight`. */
  readonly lines: readonly Omit<ChartLine, 'spread' | 'single'>[];
  readonly note?: string;
  readonly width?: number;
  readonly height?: number;
  /** What the vertical axis shows at least. */
  readonly yDomain?: readonly [number, number];
};

/**
 * Plain lines, such as the losses of a training run, as an SVG file.
 *
 * @throws RangeError if a line hasn't a value for each x.
 */
export function linesSvg(options: LinesOptions): string {
  return lineChart(options);
}
