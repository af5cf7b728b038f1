import type { Modality } from '@trimodal/core';
import type { Split } from '@trimodal/data';
import {
  averaged,
  type Condition,
  conditionsOf,
  isRateProtocol,
  RATE_PROTOCOLS,
  TEST_PROTOCOLS,
  type TestProtocol,
  toCsv,
  WHOLE,
} from '@trimodal/experiments';
import { areaUnderCurve, mean } from '@trimodal/metrics';
import type { BackendChoice } from '../engine';
import { type Evaluation, Evaluator } from '../evaluator';
import { openData } from '../open-data';
import { parseRates } from '../parse-rates';
import { RunDirectory } from '../run-directory';
import type { Scores } from '../scores';
import { score, table } from '../terminal/table';
import { textPlot } from '../terminal/text-plot';
import { writeFileWhole, writeJson } from '../write-file';

export type EvaluateOptions = {
  readonly data: string;
  /** The test split unless told; tune on `valid`. */
  readonly split?: Split;
  readonly missing?: string;
  readonly rates?: string;
  readonly json?: string;
  readonly predictions?: string;
  readonly backend?: BackendChoice;
};

/** What one protocol found: a score a condition, and their mean. */
export type RobustnessReport = {
  readonly run: string;
  readonly split: Split;
  readonly protocol: string;
  readonly dataHash: string;
  readonly seed: number;
  readonly conditions: readonly { readonly name: string; readonly maskHash?: string; readonly scores: Scores }[];
  readonly mean: Scores;
  /** Area under the curve of each score over the rates (trapezoid), for protocols of rates. */
  readonly auilc?: Scores;
};

/** `trimodal evaluate`: a split of a finished run, whole or with parts missing. */
export async function evaluate(run: string, options: EvaluateOptions): Promise<void> {
  const { split = 'test' } = options;
  const rates = ratesOf(options);
  const directory = new RunDirectory(run);
  const { config } = directory.result();
  const { dataset } = await openData(options.data, config, undefined);
  const evaluator = await Evaluator.open(directory, dataset, options.backend);
  try {
    const conditions = wanted(options.missing, rates, dataset.modalities);
    const evaluations: (Evaluation & { name: string })[] = [];
    for (const { name, missingness } of conditions) {
      evaluations.push({ name, ...(await evaluator.score(split, missingness)) });
    }
    const report = summarise(run, options, dataset.dataHash, config.seed, evaluations);
    console.log(robustnessTable(report));
    if (options.json) writeJson(options.json, report);
    if (options.predictions) {
      writeFileWhole(options.predictions, predictionsCsv(dataset.splits[split].ids, evaluations));
    }
  } finally {
    evaluator.dispose();
    dataset.close();
  }
}

/** The rates to test, checked before anything is loaded. @throws RangeError for an unknown protocol, or rates without use. */
function ratesOf({ missing, rates }: EvaluateOptions): number[] {
  if (missing !== undefined && !isTestProtocol(missing)) {
    throw new RangeError(
      `Cannot evaluate with data missing as the protocol must be one of ${TEST_PROTOCOLS.join(', ')}: got "${missing}".`,
    );
  }
  const hasRates = missing !== undefined && isRateProtocol(missing);
  if (rates !== undefined && !hasRates) {
    throw new RangeError(
      `Cannot use --rates as --missing must be one of ${RATE_PROTOCOLS.join(', ')}: got ${missing ?? 'none'}.`,
    );
  }
  return hasRates ? parseRates(rates ?? '0,0.1,...,0.9') : [];
}

const isTestProtocol = (name: string): name is TestProtocol => TEST_PROTOCOLS.some((known) => known === name);

function wanted(
  missing: string | undefined,
  rates: readonly number[],
  modalities: readonly Modality[],
): readonly Condition[] {
  return missing !== undefined && isTestProtocol(missing) ? conditionsOf(missing, { rates, modalities }) : [WHOLE];
}

function summarise(
  run: string,
  { missing, split = 'test' }: EvaluateOptions,
  dataHash: string,
  seed: number,
  evaluations: readonly (Evaluation & { name: string })[],
): RobustnessReport {
  const names = Object.keys(evaluations[0]!.scores);
  const column = (name: string, from: readonly Evaluation[]) => from.map(({ scores }) => scores[name]!);
  const over = (f: (values: number[]) => number, from: readonly Evaluation[] = evaluations) =>
    Object.fromEntries(names.map((name) => [name, f(column(name, from))]));
  const incomplete = missing !== undefined && isTestProtocol(missing) ? averaged(missing, evaluations) : evaluations;
  const points = evaluations.map(({ name }) => Number(name));
  const isCurve = points.length > 1 && points.every(Number.isFinite);
  return {
    run,
    split,
    protocol: missing ?? 'none',
    dataHash,
    seed,
    conditions: evaluations.map(({ name, maskHash, scores }) => ({
      name,
      ...(maskHash ? { maskHash } : {}),
      scores,
    })),
    mean: over(mean, incomplete),
    ...(isCurve ? { auilc: over((values) => areaUnderCurve(points, values)) } : {}),
  };
}

function robustnessTable({ split, protocol, conditions, mean: average, auilc }: RobustnessReport): string {
  const names = Object.keys(average);
  const row = (label: string, scores: Scores) => [label, ...names.map((name) => score(scores[name]!))];
  const rows = conditions.map(({ name, scores }) => row(name, scores));
  if (conditions.length > 1) rows.push(row(protocol === 'modality-subsets' ? 'mean of incomplete' : 'mean', average));
  if (!auilc) return table([protocol === 'none' ? split : protocol, ...names], rows);
  const shown = names.filter((name) => ['acc2NonZero', 'corr', 'accuracy', 'f1Macro'].includes(name));
  const plot = textPlot(
    shown.map((name) => ({ name, values: conditions.map(({ scores }) => scores[name]!) })),
    { labels: conditions.map(({ name }) => name) },
  );
  return [table([protocol, ...names], rows), '', plot].join('\n');
}

/** A row a sample; where conditions are several, their name comes first. */
function predictionsCsv(ids: readonly string[], evaluations: readonly (Evaluation & { name: string })[]): string {
  const { truth, predictions } = evaluations[0]!;
  const width = predictions.length / truth.length;
  const outputs = width === 1 ? ['prediction'] : Array.from({ length: width }, (_, i) => `logit${i}`);
  const several = evaluations.length > 1;
  const rows = evaluations.flatMap(({ name, indices, truth, predictions }) =>
    [...truth].map((label, i) => [
      ...(several ? [name] : []),
      ids[indices[i]!]!,
      label,
      ...predictions.subarray(i * width, (i + 1) * width),
    ]),
  );
  const head = [...(several ? ['condition'] : []), 'id', 'truth', ...outputs];
  return toCsv([head, ...rows]);
}
