import type { BranchBalance } from './diagnostics/branch-balance';
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
function balanceTable({ redundancy, leakage, bias, complementarity }: BranchBalance): string {
  const rows: [string, number, string][] = [
    ['redundancy', redundancy, 'how alike the shared parts of two modalities are (CKA, 0 to 1)'],
    [
      'leakage: modality',
      leakage.modalityFromShared,
      `how often a probe tells the modality from a shared part; chance is ${score(leakage.chance)}`,
    ],
    [
      'leakage: branches',
      leakage.privateSharedCka,
      'how alike private and shared part of a modality are (CKA, 0 to 1)',
    ],
  ];
  if (bias !== undefined)
    rows.push(['bias', bias, 'share by which text lowers the error of the shared branch; near 1, the branch is text']);
  if (complementarity !== undefined) {
    rows.push([
      'complementarity',
      complementarity,
      'how much lower the MAE of both branches is than that of the better one',
    ]);
  }
  const named = rows.map(([name, value, meaning]) => `  ${name.padEnd(18)}${score(value).padStart(7)}  ${meaning}`);
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
