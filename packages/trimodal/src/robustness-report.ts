import { createHash } from 'node:crypto';
import {
  checkSameMasks,
  curveSeries,
  curvesSvg,
  type Group,
  isRateProtocol,
  type ReportPart,
  type Robustness,
  robustnessOf,
  robustnessTable,
  type TestProtocol,
} from '@trimodal/experiments';
import { score, table } from './terminal/table';
import { textPlot } from './terminal/text-plot';

const MEANINGS: Record<TestProtocol, string> = {
  'frame-uniform':
    'each observed step of each modality is dropped with the probability of the rate; the mean is over all rates',
  'modality-rate':
    'whole modalities are taken away to the exact overall rate, at least one a sample stays; the mean is over all rates',
  'modality-subsets': 'all modalities but those named are taken away; the mean is over the incomplete subsets',
};

export type RobustnessParts = {
  readonly groups: readonly Group[];
  readonly protocol: TestProtocol;
  readonly conditions: readonly string[];
  readonly metrics: readonly string[];
  /** Below each table, after what the protocol itself has to say. */
  readonly notes: readonly string[];
};

/** The tables of a protocol, one a score, with a figure of the curves where it has rates. */
export function robustnessParts(options: RobustnessParts): { parts: ReportPart[]; found: Robustness[] } {
  const { groups, protocol, conditions, metrics, notes } = options;
  const masks = checkSameMasks(groups, conditions);
  const known = masks.filter((mask) => mask !== undefined);
  const maskNote =
    known.length > 0
      ? `The masks are the same for every model and seed; SHA-256 of their hashes, in order: \`${createHash('sha256').update(known.join()).digest('hex')}\`.`
      : 'The masks are the same for every model and seed, fold by fold.';
  const own = [`\`${protocol}\`: ${MEANINGS[protocol]}. ${maskNote}`, ...notes];
  const found = metrics.map((metric) => robustnessOf({ groups, protocol, conditions, metric }));
  const parts = found.map((each) => ({
    name: `${protocol}-${each.metric}`,
    table: robustnessTable(each, own),
    ...(isRateProtocol(protocol) && conditions.length > 1
      ? {
          svg: curvesSvg({
            title: `${each.metric} under ${protocol}`,
            xLabel: protocol === 'frame-uniform' ? 'rate of missing steps' : 'rate of missing modalities',
            yLabel: each.metric,
            series: curveSeries(each),
          }),
        }
      : {}),
  }));
  return { parts, found };
}

/** The same for a terminal: means alone, and a plot of them. */
export function robustnessText({ protocol, metric, conditions, curves }: Robustness): string {
  const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const points = curves.map(({ values }) => conditions.map((_, i) => meanOf(values.map((row) => row[i]!))));
  const hasAreas = curves.every(({ areas }) => areas);
  const incomplete = conditions.length - 1;
  const meanTitle = isRateProtocol(protocol) || incomplete < 1 ? 'mean' : `mean of ${incomplete}`;
  const text = table(
    [`${metric}, ${protocol}`, ...conditions, meanTitle, ...(hasAreas ? ['AUILC'] : []), 'seeds'],
    curves.map(({ name, means, areas, seeds }, i) => [
      name,
      ...points[i]!.map(score),
      score(meanOf(means)),
      ...(hasAreas ? [score(meanOf(areas!))] : []),
      seeds.length,
    ]),
  );
  if (!isRateProtocol(protocol) || conditions.length < 2) return text;
  const plot = textPlot(
    curves.map(({ name }, i) => ({ name, values: points[i]! })),
    { labels: conditions },
  );
  return `${text}\n\n${plot}`;
}
