import {
  barsSvg,
  type Condition,
  compareWithBaseline,
  comparisonTable,
  type Difference,
  differencesTable,
  formatCell,
  type Group,
  missingPartsTable,
  type Report,
  type ReportPart,
  type Table,
  type TestProtocol,
  WHOLE,
} from '@trimodal/experiments';
import { robustnessParts } from '../robustness-report';
import type { RunResult } from '../run-result';
import { table } from '../terminal/table';

/** What was found of an arm: its runs, and their raw results as a group for each protocol. */
export type TestedArm = {
  readonly results: readonly RunResult[];
  readonly whole: Group;
  readonly byProtocol: Readonly<Record<string, Group>>;
};

export type ExperimentReportOptions = {
  readonly title: string;
  /** The name of the arm that the others are compared with. */
  readonly baseline: string;
  readonly tested: readonly TestedArm[];
  readonly protocols: Readonly<Record<string, readonly Condition[]>>;
  readonly metrics: readonly string[];
  readonly notes: readonly string[];
};

/** The report of an experiment; `tables` are those of it that a terminal shows. */
export function experimentReport(options: ExperimentReportOptions): { report: Report; tables: Table[] } {
  const { title, baseline, tested, protocols, metrics, notes } = options;
  const [first, ...others] = tested.map(({ whole }) => whole);
  const canCompare = first!.name === baseline && others.length > 0;
  const differences = canCompare
    ? compareWithBaseline({ baseline: first!, others, condition: WHOLE.name, metrics })
    : [];
  const scores = comparisonTable({
    title: `${title}: scores`,
    contenders: tested.map(({ whole, results }) => ({
      group: whole,
      numParameters: results[0]!.numParameters,
      msPerStep: results.map(({ msPerStep }) => msPerStep),
    })),
    condition: WHOLE.name,
    metrics,
    differences,
    notes,
  });
  const parts: ReportPart[] = [{ name: 'scores', table: scores }];
  if (canCompare) {
    const details = differencesTable(`${title}: differences to ${baseline}`, differences, [TESTS, ...notes]);
    parts.push({ name: 'differences', table: details });
    for (const metric of metrics) {
      parts.push({ name: `differences-${metric}`, svg: differenceBars(baseline, metric, differences) });
    }
  }
  const made = Object.entries(protocols).map(([protocol, conditions]) =>
    robustnessParts({
      groups: tested.map(({ byProtocol }) => byProtocol[protocol]!),
      protocol: protocol as TestProtocol,
      conditions: conditions.map(({ name }) => name),
      metrics,
      notes,
    }),
  );
  const missing = made.map(({ found, parts: [part] }) =>
    missingPartsTable(`${title}: ${found[0]!.protocol}, mean over what is missing`, found, part!.table!.notes),
  );
  for (const [i, { found, parts: own }] of made.entries()) {
    parts.push({ name: found[0]!.protocol, table: missing[i]! }, ...own);
  }
  return { report: { title, parts }, tables: [scores, ...missing] };
}

const TESTS =
  'Two questions, two tests: trained again with other seeds (paired t-test over seeds), and these very models on other samples (paired bootstrap of the samples that were scored, 2000 draws, scores averaged over seeds). Holm’s correction is for the number of rows of a score.';

/** The change of a score by each arm, with the interval of the test over seeds, or over samples where there is one seed. */
function differenceBars(baseline: string, metric: string, differences: readonly Difference[]): string {
  const own = differences.filter((each) => each.metric === metric);
  const hasSeeds = own.every(({ overSeeds }) => overSeeds);
  return barsSvg({
    title: `${metric}: difference to ${baseline}`,
    xLabel: `difference in ${metric}`,
    bars: own.map(({ group, difference, overSeeds, overSamples }) => {
      const { lower, upper } = hasSeeds ? overSeeds! : overSamples;
      return { label: group, value: difference, low: Math.min(lower, difference), high: Math.max(upper, difference) };
    }),
    note: `Lines: 95 % intervals over ${hasSeeds ? 'seeds (paired t)' : 'samples (paired bootstrap)'}, uncorrected.`,
  });
}

/** A table for a terminal. */
export function reportText({ title, columns, rows }: Table): string {
  const head = columns.map((column) => column.title);
  return `${title}\n${table(
    head,
    rows.map((row) => row.map((cell, i) => formatCell(cell, columns[i]!))),
  )}`;
}
