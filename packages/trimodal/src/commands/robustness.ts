import { resolve } from 'node:path';
import type { Split } from '@trimodal/data';
import { type Group, groupRuns, type RawResult, type TestProtocol, writeReport } from '@trimodal/experiments';
import type { BackendChoice } from '../engine';
import { shellLine } from '../experiment/shell-line';
import { findRuns } from '../find-runs';
import { metricNames } from '../metric-names';
import { type ProtocolOptions, parseProtocols, protocolConditions } from '../protocol-options';
import { provenanceNotes } from '../provenance-notes';
import { robustnessParts, robustnessText } from '../robustness-report';
import { RunData } from '../run-data';
import { progressLine } from '../terminal/progress';
import { testFinishedRun } from '../test-finished-run';

export type RobustnessCommandOptions = ProtocolOptions & {
  readonly data: string;
  /** The test split unless told. */
  readonly split?: Split;
  /** Scores to show, separated by commas. */
  readonly metrics?: string;
  readonly out?: string;
  readonly backend?: BackendChoice;
};

/**
 * `trimodal robustness`: how finished runs hold up as parts of the data go missing. Runs that differ by seed alone are a row together.
 *
 * Raw results stay in each run's folder `robustness/`; the tables are made from them.
 */
export async function robustness(paths: readonly string[], options: RobustnessCommandOptions): Promise<void> {
  const { split = 'test', out = 'robustness', backend } = options;
  const asked = parseProtocols(options);
  if (asked.names.length === 0) {
    throw new RangeError('Cannot tell how runs hold up as --protocol must name what goes missing: got none.');
  }
  const { finished, unfinished } = findRuns(paths);
  const runs = finished.map((directory) => {
    const result = directory.result();
    const { architecture, seed, config, data } = result;
    return { path: directory.path, directory, result, architecture, seed, config, dataHash: data.hash };
  });
  const grouped = groupRuns(runs);
  const metrics = metricNames(Object.keys(runs[0]!.result.test), options.metrics);
  const data = await RunData.open(options.data);
  const progress = progressLine();
  try {
    const protocols = protocolConditions(asked, data.modalities);
    const byProtocol: Record<string, Group[]> = Object.fromEntries(asked.names.map((name) => [name, []]));
    for (const { name, runs: seeds } of grouped) {
      const found: { seed: number; results: Record<string, RawResult> }[] = [];
      for (const { directory, seed } of seeds) {
        const onScored = (protocol: string, condition: { name: string }) =>
          progress.update(`${name}, seed ${seed}: ${protocol} ${condition.name}`);
        found.push({ seed, results: await testFinishedRun({ directory, data, split, protocols, backend, onScored }) });
      }
      for (const protocol of asked.names) {
        const replicates = found.map(({ seed, results }) => ({ seed, results: [results[protocol]!] }));
        byProtocol[protocol]!.push({ name, replicates });
      }
    }
    progress.end();
    const notes = [
      ...provenanceNotes(
        runs.map(({ result }) => result),
        split,
      ),
      ...(unfinished.length > 0 ? [`Left out, as they are not finished: ${unfinished.join(', ')}.`] : []),
      `Made by \`${shellLine(['trimodal', 'robustness', ...paths], options)}\`.`,
    ];
    const made = asked.names.map((protocol: TestProtocol) =>
      robustnessParts({
        groups: byProtocol[protocol]!,
        protocol,
        conditions: protocols[protocol]!.map(({ name }) => name),
        metrics,
        notes,
      }),
    );
    const files = await writeReport(out, 'robustness', {
      title: `Robustness on ${data.source.split('/').at(-1)}`,
      parts: made.flatMap(({ parts }) => parts),
    });
    console.log(made.flatMap(({ found }) => found.map(robustnessText)).join('\n\n'));
    for (const path of unfinished) console.log(`Left out, as it is not finished: ${path}`);
    console.log(`\nWritten to ${resolve(out)}: ${files[0]}, ${files.length - 1} more (Markdown, LaTeX, CSV, SVG, PNG)`);
  } finally {
    progress.end();
    data.close();
  }
}
