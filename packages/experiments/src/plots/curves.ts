import { lineChart } from './line-chart';

/** A curve of one model: at each x, the mean and the standard deviation over seeds; `seeds` has a row of values a seed. */
export type CurveSeries = {
  readonly name: string;
  readonly x: readonly number[];
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly seeds: readonly (readonly number[])[];
};

export type CurvesOptions = {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly CurveSeries[];
  readonly width?: number;
  readonly height?: number;
  /** What the vertical axis shows at least. */
  readonly yDomain?: readonly [number, number];
  /** The line of small print; what bands and thin lines mean, unless told. */
  readonly note?: string;
};

/**
 * Curves with their spread over seeds, as an SVG file.
 *
 * A line is the mean, the band one standard deviation to each side, thin lines are single seeds (where there are several).
 * @throws RangeError if the values of a series aren't as many as its x.
 * @example
 * const svg = curvesSvg({ title: 'MAE', xLabel: 'missing rate', yLabel: 'MAE', series: [{ name: 'dbr', x: [0, 0.5], mean: [0.9, 1.1], std: [0.01, 0.02], seeds: [] }] });
 */
export function curvesSvg({ series, note = noteOf(series), ...options }: CurvesOptions): string {
  const lines = series.map(({ name, x, mean, std, seeds }) => ({
    name,
    x,
    y: mean,
    spread: std,
    single: seeds.length > 1 ? seeds : [],
  }));
  return lineChart({ ...options, note: note || undefined, lines });
}

function noteOf(series: readonly CurveSeries[]): string {
  const counts = [...new Set(series.map(({ seeds }) => seeds.length))].sort((a, b) => a - b);
  const most = counts.at(-1) ?? 0;
  if (most < 2) return '';
  const seeds = counts.length === 1 ? `${most} seeds` : `up to ${most} seeds`;
  return `Mean over ${seeds}; band: one standard deviation; thin lines: single seeds.`;
}
