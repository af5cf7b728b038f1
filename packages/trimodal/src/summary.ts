import type { RunResult } from './run-result';
import { duration, score, table } from './terminal/table';

/** The result of a run as a person reads it. */
export function summary(result: RunResult): string {
  const names = Object.keys(result.test);
  const rows = (['valid', 'test'] as const).map((split) => [
    `${split} (${result.data.sizes[split]})`,
    ...names.map((name) => score(result[split][name]!)),
  ]);
  return [
    table(['split', ...names], rows),
    `Epoch ${result.selected.epoch} of ${result.epochs}: ${result.selected.why}.`,
    `${result.numParameters.toLocaleString('en')} parameters, ${result.msPerStep.toFixed(1)} ms a step, ${duration(result.seconds)} in all.`,
  ].join('\n');
}
