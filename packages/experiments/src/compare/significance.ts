import { Rng } from '@trimodal/core';
import {
  acc2HasZero,
  acc2NonZero,
  acc5,
  acc7,
  f1HasZero,
  f1NonZero,
  holmCorrection,
  mae,
  mean,
  type Numbers,
  pairedBootstrap,
  pairedTTest,
  pearson,
} from '@trimodal/metrics';
import { checkSameMasks, type Group, outcomeOf, taskOf } from '../outcome';
import { decide, decidedScorerOf } from '../scores';

/** What a test says of a difference. */
export type Verdict = {
  /** The 95 % interval of the difference. */
  readonly lower: number;
  readonly upper: number;
  /** Two-sided. */
  readonly pValue: number;
  /** After Holm's correction for the number of groups that were compared with the baseline. */
  readonly adjusted: number;
};

/** One group against the baseline in one score. */
export type Difference = {
  readonly group: string;
  readonly metric: string;
  /** Seeds that both have. */
  readonly seeds: number;
  /** The group's mean over those seeds minus the baseline's. */
  readonly difference: number;
  /** Would other seeds say so? A paired t-test; undefined for fewer than two seeds in common. */
  readonly overSeeds?: Verdict;
  /** Would other samples say so, of these very models? A paired bootstrap of samples, scores averaged over seeds. */
  readonly overSamples: Verdict;
};

export type CompareOptions = {
  readonly baseline: Group;
  readonly others: readonly Group[];
  readonly condition: string;
  readonly metrics: readonly string[];
  readonly numResamples?: number;
};

/**
 * Compares groups with a baseline, paired by seed and by sample; p-values of a score are corrected together (Holm), each test apart.
 *
 * The two tests answer two questions: training again with other seeds, and testing these models on other samples.
 * @throws RangeError if a group has no seed in common with the baseline, or was tested on other samples.
 */
export function compareWithBaseline(options: CompareOptions): Difference[] {
  const { baseline, others, condition, metrics, numResamples = 2_000 } = options;
  checkSameMasks([baseline, ...others], [condition]);
  const paired = others.map((other) => pair(baseline, other, condition));
  return metrics.flatMap((metric) => {
    const found = paired.map(({ group, a, b }) => {
      const values = [a, b].map((outcomes) => outcomes.map(({ scores }) => scores[metric]!)) as [number[], number[]];
      const seeds = a.length;
      return {
        group,
        metric,
        seeds,
        difference: mean(values[0]) - mean(values[1]),
        ...(seeds > 1 ? { overSeeds: pairedTTest(...values) } : {}),
        overSamples: bootstrapSamples(a, b, metricOf(baseline, metric), new Rng(SEED).fork(metric), numResamples),
      };
    });
    const seedTests = found.filter(({ overSeeds }) => overSeeds);
    const adjustedSeeds = holm(seedTests.map(({ overSeeds }) => overSeeds!.pValue));
    const adjustedSamples = holm(found.map(({ overSamples }) => overSamples.pValue));
    return found.map(
      ({ overSeeds, ...rest }, i): Difference => ({
        ...rest,
        ...(overSeeds
          ? { overSeeds: verdict(overSeeds, adjustedSeeds[seedTests.findIndex(({ group }) => group === rest.group)]!) }
          : {}),
        overSamples: verdict(rest.overSamples, adjustedSamples[i]!),
      }),
    );
  });
}

/** The same samples are drawn for every group, so that the table doesn't depend on its order. */
const SEED = 2026;

const holm = (pValues: readonly number[]) => (pValues.length > 0 ? holmCorrection(pValues) : []);

const verdict = ({ lower, upper, pValue }: Omit<Verdict, 'adjusted'>, adjusted: number): Verdict => ({
  lower,
  upper,
  pValue,
  adjusted,
});

/** What a seed said, one decided value a sample. */
type Said = {
  readonly truth: Float32Array;
  readonly decided: Numbers;
  readonly scores: Readonly<Record<string, number>>;
};

/** What both said, a pair for each seed that they have in common. */
function pair(baseline: Group, other: Group, condition: string): { group: string; a: Said[]; b: Said[] } {
  const say = (group: Group, seed: number): Said => {
    const replicate = group.replicates.find((each) => each.seed === seed)!;
    const { truth, predictions, scores } = outcomeOf(replicate, condition);
    return { truth, scores, decided: decide(taskOf(replicate.results), predictions) };
  };
  const known = new Set(baseline.replicates.map(({ seed }) => seed));
  const seeds = other.replicates.map(({ seed }) => seed).filter((seed) => known.has(seed));
  if (seeds.length === 0) {
    throw new RangeError(
      `Cannot compare ${other.name} with ${baseline.name} as they must have a seed in common: got [${other.replicates.map(({ seed }) => seed).join(', ')}] and [${[...known].join(', ')}].`,
    );
  }
  return { group: other.name, a: seeds.map((seed) => say(other, seed)), b: seeds.map((seed) => say(baseline, seed)) };
}

type Metric = (truth: Numbers, decided: Numbers) => number;

const REGRESSION: Readonly<Record<string, Metric>> = {
  ...{ mae, corr: pearson, acc7, acc5, acc2NonZero, acc2HasZero, f1NonZero, f1HasZero },
};

/** One score alone: a bootstrap asks for it thousands of times. */
function metricOf(group: Group, name: string): Metric {
  const task = taskOf(group.replicates.flatMap(({ results }) => results));
  const alone = task.kind === 'regression' ? REGRESSION[name] : undefined;
  const all = decidedScorerOf(task);
  return alone ?? ((truth, decided) => all(truth, decided)[name]!);
}

/**
 * The paired bootstrap with the mean over seeds as its score. Rows stand for samples: row i of a is i, that of b is n + i, so that one draw
 * takes a sample from every seed of both.
 */
function bootstrapSamples(a: readonly Said[], b: readonly Said[], metric: Metric, rng: Rng, numResamples: number) {
  const size = a[0]!.truth.length;
  const rows = (offset: number) => Float64Array.from({ length: size }, (_, i) => i + offset);
  const drawn = new Float64Array(size);
  return pairedBootstrap(rows(0), rows(size), {
    random: () => rng.uniform(),
    numResamples,
    scoring: {
      truth: a[0]!.truth,
      metric: (truth, codes) => {
        const said = codes[0]! < size ? a : b;
        const offset = said === a ? 0 : size;
        let sum = 0;
        for (const { decided } of said) {
          for (let i = 0; i < size; i++) drawn[i] = decided[codes[i]! - offset]!;
          sum += metric(truth, drawn);
        }
        return sum / said.length;
      },
    },
  });
}
