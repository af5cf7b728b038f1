import { type Group, outcomeOf } from '../outcome';
import { measured, type Robustness } from '../robustness';
import { betterOf } from '../scores';
import type { Cell, Column, Table } from '../table/table';
import type { Difference } from './significance';

/** A row of a comparison: a group, and what it costs. */
export type Contender = {
  readonly group: Group;
  readonly numParameters: number;
  /** Of each run. */
  readonly msPerStep: readonly number[];
};

/** Below this, a corrected p-value earns a mark. */
const LEVEL = 0.05;

/** What the marks of `comparisonTable` mean, for its notes. */
export const MARKS_NOTE =
  '† differs from the first row over seeds (paired t-test), ‡ over samples (paired bootstrap, scores averaged over seeds); p < 0.05 after Holm’s correction for the number of rows compared.';

function marksOf(differences: readonly Difference[], group: string, metric: string): string {
  const found = differences.find((each) => each.group === group && each.metric === metric);
  if (!found) return '';
  const isFound = (adjusted: number | undefined) => adjusted !== undefined && adjusted < LEVEL;
  return `${isFound(found.overSeeds?.adjusted) ? '†' : ''}${isFound(found.overSamples.adjusted) ? '‡' : ''}`;
}

export type ComparisonOptions = {
  readonly title: string;
  readonly contenders: readonly Contender[];
  readonly condition: string;
  readonly metrics: readonly string[];
  readonly differences: readonly Difference[];
  readonly notes?: readonly string[];
};

/** A row a group: scores with their spread over seeds, marks of the tests, parameters, time of a step, seeds. */
export function comparisonTable(options: ComparisonOptions): Table {
  const { title, contenders, condition, metrics, differences, notes = [] } = options;
  const columns: Column[] = [
    { title: 'model' },
    ...metrics.map((metric) => ({ title: metric, better: betterOf(metric) })),
    { title: 'parameters', digits: 0 },
    { title: 'ms a step', digits: 1 },
    { title: 'seeds', digits: 0 },
  ];
  const rows = contenders.map(({ group, numParameters, msPerStep }): Cell[] => {
    const outcomes = group.replicates.map((replicate) => outcomeOf(replicate, condition));
    return [
      group.name,
      ...metrics.map((metric) =>
        measured(
          outcomes.map(({ scores }) => scores[metric]!),
          marksOf(differences, group.name, metric),
        ),
      ),
      numParameters,
      msPerStep.reduce((sum, value) => sum + value, 0) / msPerStep.length,
      outcomes.length,
    ];
  });
  return { title, columns, rows, notes: differences.length > 0 ? [MARKS_NOTE, ...notes] : notes };
}

/** A row for each group and score: the difference to the baseline, and both tests of it in full. */
export function differencesTable(
  title: string,
  differences: readonly Difference[],
  notes: readonly string[] = [],
): Table {
  const digits = 4;
  const interval = ({ lower, upper }: { lower: number; upper: number }) =>
    `${lower.toFixed(digits)} to ${upper.toFixed(digits)}`;
  const columns: Column[] = [
    { title: 'model' },
    { title: 'score' },
    { title: 'difference', digits },
    { title: '95 % over seeds' },
    { title: 'p seeds', digits },
    { title: 'p seeds, Holm', digits },
    { title: '95 % over samples' },
    { title: 'p samples', digits },
    { title: 'p samples, Holm', digits },
    { title: 'seeds', digits: 0 },
  ];
  const rows = differences.map(({ group, metric, difference, overSeeds, overSamples, seeds }): Cell[] => [
    group,
    metric,
    difference,
    ...(overSeeds ? [interval(overSeeds), overSeeds.pValue, overSeeds.adjusted] : [null, null, null]),
    interval(overSamples),
    overSamples.pValue,
    overSamples.adjusted,
    seeds,
  ]);
  return { title, columns, rows, notes };
}

/** A row a group: of a protocol the mean of each score over its conditions, over rates the area as well. */
export function missingPartsTable(title: string, found: readonly Robustness[], notes: readonly string[] = []): Table {
  const columns = found.flatMap(({ metric, curves }): Column[] => [
    { title: metric, better: betterOf(metric) },
    ...(curves.every(({ areas }) => areas) ? [{ title: `${metric} AUILC`, better: betterOf(metric) }] : []),
  ]);
  const rows = (found[0]?.curves ?? []).map(({ name }, i): Cell[] => [
    name,
    ...found.flatMap(({ curves }) => {
      const { means, areas } = curves[i]!;
      return [measured(means), ...(curves.every((curve) => curve.areas) ? [measured(areas!)] : [])];
    }),
  ]);
  return { title, columns: [{ title: 'model' }, ...columns], rows, notes };
}
