import type { Split, SyntheticDataset } from '@trimodal/data';
import { type Group, groupRuns, type Page, pageHtml, type ReportRun, writeFileWhole } from '@trimodal/experiments';
import { evaluationBatches, planFor } from '../batch-sources';
import { balanceRows } from '../diagnostics/branch-balance';
import { factorMatrix } from '../diagnostics/factor-matrix';
import { observe } from '../diagnostics/observe';
import { pooledSlots } from '../diagnostics/pooled-slots';
import { transferByRate } from '../diagnostics/transfer-by-rate';
import { type BackendChoice, prepareBackend } from '../engine';
import { findRuns } from '../find-runs';
import { loadModel } from '../load-model';
import { metricNames } from '../metric-names';
import { openRaw, SYNTHETIC } from '../open-data';
import { parseRates } from '../parse-rates';
import { DEFAULT_RATES, protocolConditions } from '../protocol-options';
import { provenanceNotes } from '../provenance-notes';
import { readHistory } from '../report/read-history';
import { reportPage } from '../report/report-page';
import { robustnessParts } from '../robustness-report';
import { RunData } from '../run-data';
import type { RunDirectory } from '../run-directory';
import type { RunResult } from '../run-result';
import { progressLine } from '../terminal/progress';
import { testFinishedRun } from '../test-finished-run';

export type ReportCommandOptions = {
  readonly data: string;
  readonly out?: string;
  /** What curves and the inside of models are shown on: the validation split unless told. */
  readonly split?: Split;
  /** Of missing steps; 0, 0.1 to 0.9 unless told. */
  readonly rates?: string;
  /** Scores of the curves, separated by commas. */
  readonly metrics?: string;
  readonly backend?: BackendChoice;
};

const PROTOCOL = 'frame-uniform';

/**
 * `trimodal report`: what finished runs found and what their models look at, as one HTML file.
 *
 * Scores under missing data are kept in each run's folder `robustness/`, as `trimodal robustness` keeps them.
 */
export async function report(paths: readonly string[], options: ReportCommandOptions): Promise<void> {
  const { split = 'valid', out = 'report.html', backend } = options;
  const rates = parseRates(options.rates ?? DEFAULT_RATES);
  const { finished, unfinished } = findRuns(paths);
  const loaded = finished.map((directory) => ({ directory, result: directory.result() }));
  const metrics = metricNames(Object.keys(loaded[0]!.result.test), options.metrics);
  const data = await RunData.open(options.data);
  const synthetic = options.data === SYNTHETIC ? ((await openRaw(SYNTHETIC)) as SyntheticDataset) : undefined;
  const progress = progressLine();
  try {
    const protocols = protocolConditions({ names: [PROTOCOL], rates }, data.modalities);
    const runs: (ReportRun & { result: RunResult })[] = [];
    const replicates = new Map<string, Group['replicates'][number]>();
    for (const { directory, result } of loaded) {
      const tell = (what: string) => progress.update(`${directory.path}: ${what}`);
      const onScored = (_: string, { name }: { name: string }) => tell(`scored with a share of ${name} missing`);
      const tested = await testFinishedRun({ directory, data, split, protocols, backend, onScored });
      replicates.set(directory.path, { seed: result.seed, results: [tested[PROTOCOL]!] });
      await prepareBackend(backend ?? 'auto');
      tell('looking inside');
      runs.push({ ...(await lookInto(directory, result, { data, split, rates, synthetic })), result });
    }
    progress.end();
    const groups = groupRuns(runs);
    const { parts, found } = robustnessParts({
      groups: groups.map(({ name, runs: seeds }) => ({
        name,
        replicates: seeds.map(({ path }) => replicates.get(path)!),
      })),
      protocol: PROTOCOL,
      conditions: protocols[PROTOCOL]!.map(({ name }) => name),
      metrics,
      notes: provenanceNotes(
        loaded.map(({ result }) => result),
        split,
      ),
    });
    const page: Page = reportPage({
      groups,
      tables: parts,
      curves: found,
      split,
      rates,
      source: options.data,
      unfinished,
    });
    writeFileWhole(out, pageHtml(page));
    for (const path of unfinished) console.log(`Left out, as it is not finished: ${path}`);
    console.log(`${runs.length} ${runs.length === 1 ? 'run' : 'runs'}, ${split} split. Written to ${out}`);
  } finally {
    progress.end();
    data.close();
  }
}

type Looking = {
  readonly data: RunData;
  readonly split: Split;
  readonly rates: readonly number[];
  readonly synthetic: SyntheticDataset | undefined;
};

/** What there is to tell of a run, and what its model looks at. */
async function lookInto(directory: RunDirectory, result: RunResult, looking: Looking): Promise<ReportRun> {
  const { architecture, seed, config, data: trainedOn, valid, test, selected, diagnostics } = result;
  const { split, rates, synthetic } = looking;
  const dataset = looking.data.datasetFor(config);
  const { model } = await loadModel(directory);
  const partsOf = (which: Split) => pooledSlots(model, evaluationBatches(dataset, which, config));
  const parts = partsOf(split).filter(({ rows }) => rows.length > 0);
  const observations = rates.map((rate) => {
    const plan = planFor(dataset, split, { protocol: PROTOCOL, rate });
    const [whole, incomplete] = [undefined, plan].map((missing) => evaluationBatches(dataset, split, config, missing));
    const seen = observe(model, evaluationBatches(dataset, split, config, plan), rate);
    const transfer = transferByRate(model, config.model, dataset.task, { whole: whole!, incomplete: incomplete! });
    return transfer ? { ...seen, weights: { ...seen.weights, transfer } } : seen;
  });
  // factors are known of the splits as they were generated, not of folds
  const hasFactors = config.model.disentangler.kind !== 'identity' && !config.data.fold;
  return {
    path: directory.path,
    architecture,
    seed,
    dataHash: trainedOn.hash,
    config,
    valid,
    test,
    selected,
    metric: config.training.selection.metric,
    history: readHistory(directory.events),
    observations,
    parts,
    measures: diagnostics.branchBalance
      ? balanceRows(diagnostics.branchBalance).map(([name, value, meaning]) => ({ name, value, meaning }))
      : [],
    ...(synthetic && hasFactors
      ? {
          factors: factorMatrix(
            { parts: partsOf('train'), factors: synthetic.factors.train },
            { parts, factors: synthetic.factors[split] },
          ),
        }
      : {}),
  };
}
