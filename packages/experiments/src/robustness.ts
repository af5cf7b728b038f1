import { areaUnderCurve, mean, meanAndStd } from '@trimodal/metrics';
import { checkSameMasks, type Group, outcomeOf } from './outcome';
import type { CurveSeries } from './plots/curves';
import { averaged, isRateProtocol, type TestProtocol } from './protocols';
import { betterOf } from './scores';
import type { Cell, Column, Measured, Table } from './table/table';

/** The seeds of one model over the conditions of a protocol, in one score. */
export type RobustnessCurve = {
  readonly name: string;
  readonly seeds: readonly number[];
  /** `[seed][condition]`. */
  readonly values: readonly (readonly number[])[];
  /** Over the conditions that the protocol averages, a value a seed. */
  readonly means: readonly number[];
  /** Area under the curve over the rates (trapezoid), a value a seed; for protocols of at least two rates. */
  readonly areas?: readonly number[];
};

export type Robustness = {
  readonly protocol: TestProtocol;
  readonly metric: string;
  readonly conditions: readonly string[];
  readonly curves: readonly RobustnessCurve[];
};

export type RobustnessOptions = {
  readonly groups: readonly Group[];
  readonly protocol: TestProtocol;
  /** In the order of the protocol. */
  readonly conditions: readonly string[];
  readonly metric: string;
};

/**
 * How a score holds up under a protocol: each condition, their mean and, over rates, the area under the curve, for every seed.
 *
 * @throws RangeError if a run wasn't tested under a condition, if masks differ, or if there is no such score.
 */
export function robustnessOf({ groups, protocol, conditions, metric }: RobustnessOptions): Robustness {
  checkSameMasks(groups, conditions);
  const rates = conditions.map(Number);
  const curves = groups.map(({ name, replicates }) => {
    const values = replicates.map((replicate) =>
      conditions.map((condition) => {
        const { scores } = outcomeOf(replicate, condition);
        const value = scores[metric];
        if (value !== undefined) return value;
        throw new RangeError(
          `Cannot tell how ${metric} holds up as it must be one of ${Object.keys(scores).join(', ')}: it isn't.`,
        );
      }),
    );
    return {
      name,
      seeds: replicates.map(({ seed }) => seed),
      values,
      means: values.map((row) => mean(averaged(protocol, row))),
      ...(isRateProtocol(protocol) && rates.length > 1
        ? { areas: values.map((row) => areaUnderCurve(rates, row)) }
        : {}),
    };
  });
  return { protocol, metric, conditions, curves };
}

/** A row a model: every condition, the mean, the area under the curve where there is one, seeds. */
export function robustnessTable(
  { protocol, metric, conditions, curves }: Robustness,
  notes: readonly string[] = [],
): Table {
  const better = betterOf(metric);
  const isCurve = curves.every(({ areas }) => areas);
  const meanTitle = isRateProtocol(protocol) || conditions.length < 2 ? 'mean' : `mean of ${conditions.length - 1}`;
  const columns: Column[] = [
    { title: 'model' },
    ...conditions.map((title) => ({ title, better })),
    { title: meanTitle, better },
    ...(isCurve ? [{ title: 'AUILC', better }] : []),
    { title: 'seeds', digits: 0 },
  ];
  const rows = curves.map(({ name, seeds, values, means, areas }): Cell[] => [
    name,
    ...conditions.map((_, i) => measured(values.map((row) => row[i]!))),
    measured(means),
    ...(isCurve ? [measured(areas!)] : []),
    seeds.length,
  ]);
  return { title: `${metric} under ${protocol}`, columns, rows, notes };
}

/** The curves over the rates, as the plots want them; a single seed has a spread of 0. */
export function curveSeries({ conditions, curves }: Robustness): CurveSeries[] {
  return curves.map(({ name, values }) => {
    const points = conditions.map((_, i) => measured(values.map((row) => row[i]!)));
    return {
      name,
      x: conditions.map(Number),
      mean: points.map((point) => point.mean),
      std: points.map(({ std }) => std ?? 0),
      seeds: values.map((row) => [...row]),
    };
  });
}

/** Mean and spread over seeds. */
export function measured(values: readonly number[], marks?: string): Measured {
  const { mean: centre, std } = meanAndStd([...values]);
  return { mean: centre, std, ...(marks ? { marks } : {}) };
}
