import { type BranchBalance, balanceRows } from './diagnostics/branch-balance';
import { type FactorRecovery, recoveryRows } from './diagnostics/factor-recovery';
import type { RunResult } from './run-result';
import { duration, score, table } from './terminal/table';

/** The result of a run as a person reads it. */
export function summary(result: RunResult): string {
  const names = Object.keys(result.test);
  const rows = (['valid', 'test'] as const).map((split) => [
    `${split} (${result.data.sizes[split]})`,
    ...names.map((name) => score(result[split][name]!)),
  ]);
  const { branchBalance, factorRecovery } = result.diagnostics;
  return [
    table(['split', ...names], rows),
    `Epoch ${result.selected.epoch} of ${result.epochs}: ${result.selected.why}.`,
    `${result.numParameters.toLocaleString('en')} parameters, ${result.msPerStep.toFixed(1)} ms a step, ${duration(result.seconds)} in all.`,
    ...(branchBalance ? ['', balanceTable(branchBalance)] : []),
    ...(factorRecovery ? ['', recoveryTable(factorRecovery)] : []),
  ].join('\n');
}

/** A line for each measure, with what it says. */
function balanceTable(balance: BranchBalance): string {
  const named = balanceRows(balance).map(
    ([name, value, meaning]) => `  ${name.padEnd(18)}${score(value).padStart(7)}  ${meaning}`,
  );
  return ['How the two branches share the work (validation split):', ...named].join('\n');
}

function recoveryTable(recovery: FactorRecovery): string {
  const rows = recoveryRows(recovery).map(([name, part]) => [name, score(part.shared), score(part.private)]);
  return [
    'What each part tells of the true factors: R2 of a linear probe on the validation split, 1 is all, 0 nothing.',
    'A shared part should tell of the shared factors and not of its own modality; a private part the reverse.',
    table(['part', 'shared factors', 'own factors'], rows),
  ].join('\n');
}
