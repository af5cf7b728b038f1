import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { type Group, type RawResult, type Replicate, WHOLE, writeJson, writeReport } from '@trimodal/experiments';
import type { BackendChoice } from '../engine';
import { metricNames } from '../metric-names';
import { type ProtocolOptions, parseProtocols, protocolConditions } from '../protocol-options';
import { provenanceNotes } from '../provenance-notes';
import { RunData } from '../run-data';
import type { RunResult } from '../run-result';
import { progressLine } from '../terminal/progress';
import { testFinishedRun } from '../test-finished-run';
import { readVersion } from '../version';
import type { Arm } from './arms';
import { experimentReport, reportText, type TestedArm } from './experiment-report';
import { lockFolder } from './lock';
import { planTrainings, type Training, writePlan } from './plan';
import { killTrainings, trainAll } from './train-all';

export type ExperimentOptions = ProtocolOptions & {
  readonly data: string;
  readonly out: string;
  /** Processes at once; as many as there are cores unless told. */
  readonly jobs?: number | undefined;
  readonly backend?: BackendChoice | undefined;
  /** Scores to show, separated by commas. */
  readonly metrics?: string | undefined;
  /** Cross-validation over so many folds of the videos of train and valid, instead of the splits of the file. */
  readonly folds?: number | undefined;
};

export type Experiment = {
  /** What is done: "Ablation of dbr". */
  readonly title: string;
  /** The first is what the others are compared with. */
  readonly arms: readonly Arm[];
  readonly seeds: readonly number[];
  /** As a shell would have it. */
  readonly command: string;
};

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Trains every arm with every seed, tests what is finished whole and with parts missing, and writes the tables.
 *
 * What is there already is kept, so that the same command goes on after an interruption; a run of another configuration in its place is refused.
 * @returns Whether it came to its end; false if it was interrupted.
 * @throws RangeError if an arm can't be what it says, or a run failed; tables of the others are written first.
 */
export async function runExperiment(experiment: Experiment, options: ExperimentOptions): Promise<boolean> {
  const { arms, seeds } = experiment;
  const { data: source, out, jobs = availableParallelism(), backend } = options;
  const asked = parseProtocols(options);
  const trainings = planTrainings(arms, seeds, out, options.folds);
  const data = await RunData.open(source);
  try {
    const unlock = lockFolder(out);
    const interrupt = new AbortController();
    const onSignal = () => {
      if (interrupt.signal.aborted) {
        killTrainings();
        unlock();
        process.exit(130);
      }
      interrupt.abort();
      process.stderr.write('\nStopping: each run saves where it is; once more to stop at once.\n');
    };
    for (const signal of SIGNALS) process.on(signal, onSignal);
    try {
      writePlan(trainings);
      writeJson(join(out, 'experiment.json'), { ...experiment, version: readVersion(), data: source });
      const outcomes = await trainAll(trainings, { data: source, jobs, backend, signal: interrupt.signal });
      if (interrupt.signal.aborted) {
        console.log('Interrupted; the same command goes on from here.');
        return false;
      }
      const failed = outcomes.flatMap((outcome) => (outcome.status === 'failed' ? [outcome.job] : []));
      const tested = await testAll(
        outcomes.flatMap((outcome) => (outcome.status === 'done' ? [{ ...outcome.job, result: outcome.value }] : [])),
        { arms, data, asked, signal: interrupt.signal },
      );
      if (!tested) {
        console.log('Interrupted; the same command goes on from here.');
        return false;
      }
      if (tested.length > 0) await writeTables(experiment, options, tested, data, failed, asked);
      if (failed.length > 0) {
        throw new Error(
          `Cannot finish ${experiment.title} as every run must: ${failed.map(({ label, log }) => `${label} failed (see ${log})`).join('; ')}.`,
        );
      }
      return true;
    } finally {
      for (const signal of SIGNALS) process.removeListener(signal, onSignal);
      unlock();
    }
  } finally {
    data.close();
  }
}

type Asked = ReturnType<typeof parseProtocols>;
type Finished = Training & { readonly result: RunResult };

/** The protocol of the split as it is. */
const NONE = 'none';

/** Tests the finished runs of every arm; undefined if it was interrupted. */
async function testAll(
  finished: readonly Finished[],
  { arms, data, asked, signal }: { arms: readonly Arm[]; data: RunData; asked: Asked; signal: AbortSignal },
): Promise<TestedArm[] | undefined> {
  const protocols = { [NONE]: [WHOLE], ...protocolConditions(asked, data.modalities) };
  const progress = progressLine();
  const tested: TestedArm[] = [];
  try {
    for (const arm of arms) {
      const bySeed = new Map<number, { results: RunResult[]; raw: Record<string, RawResult>[] }>();
      for (const { arm: own, seed, directory, result, label } of finished) {
        if (own !== arm) continue;
        if (signal.aborted) return undefined;
        const raw = await testFinishedRun({
          directory,
          data,
          split: 'test',
          protocols,
          onScored: (protocol, { name }) => progress.update(`testing ${label}: ${protocol} ${name}`),
        });
        const before = bySeed.get(seed) ?? { results: [], raw: [] };
        bySeed.set(seed, { results: [...before.results, result], raw: [...before.raw, raw] });
        // a turn for signals: what runs in plain JavaScript never gives one
        await new Promise((resolveTurn) => setImmediate(resolveTurn));
      }
      if (bySeed.size === 0) continue;
      const groupOf = (protocol: string): Group => ({
        name: arm.name,
        replicates: [...bySeed].map(
          ([seed, { raw }]): Replicate => ({ seed, results: raw.map((each) => each[protocol]!) }),
        ),
      });
      tested.push({
        results: [...bySeed.values()].flatMap(({ results }) => results),
        whole: groupOf(NONE),
        byProtocol: Object.fromEntries(asked.names.map((name) => [name, groupOf(name)])),
      });
    }
    return tested;
  } finally {
    progress.end();
  }
}

async function writeTables(
  { title, command, arms }: Experiment,
  options: ExperimentOptions,
  tested: readonly TestedArm[],
  data: RunData,
  failed: readonly Training[],
  asked: Asked,
): Promise<void> {
  const first = tested[0]!.results[0]!;
  const { report, tables } = experimentReport({
    title: `${title} on ${basename(data.source)}`,
    baseline: arms[0]!.name,
    tested,
    protocols: protocolConditions(asked, data.modalities),
    metrics: metricNames(Object.keys(first.test), options.metrics),
    notes: [
      ...provenanceNotes(
        tested.flatMap(({ results }) => results),
        'test',
      ),
      `A step was timed while up to ${options.jobs ?? availableParallelism()} runs ran at once, a thread each.`,
      ...(failed.length > 0 ? [`Not there, as they failed: ${failed.map(({ label }) => label).join('; ')}.`] : []),
      `Made by \`${command}\`.`,
    ],
  });
  const folder = join(options.out, 'tables');
  const files = await writeReport(folder, 'report', report);
  console.log(tables.map(reportText).join('\n\n'));
  console.log(
    `\nWritten to ${resolve(folder)}: ${files[0]}, ${files.length - 1} more (Markdown, LaTeX, CSV, SVG, PNG)`,
  );
}
