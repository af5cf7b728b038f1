import { entriesOf, MODALITIES, type Modality, modalitiesOf, type PerModality, valueFor } from '@trimodal/core';
import { linearCka, linearProbeAccuracy, mae, mean } from '@trimodal/metrics';
import { type CollectedParts, commonRows, type Pooled } from './collect-parts';

/** The imbalance that DBR is about, in numbers. Source of the notions: its abstract (arXiv 2604.25179); the measures are ours. */
export type BranchBalance = {
  /** Mean CKA of the shared parts of two modalities, in [0, 1]: how much the shared branch repeats itself. */
  readonly redundancy: number;
  readonly leakage: {
    /** Accuracy of a linear probe that tells the modality from a shared part; at chance, nothing modality-specific leaked in. */
    readonly modalityFromShared: number;
    readonly chance: number;
    /** Mean CKA of the private part of a modality and its shared part, in [0, 1]. */
    readonly privateSharedCka: number;
  };
  /** Of the shared branch's error without text, the share that text takes away; near 1, the branch is text. */
  readonly bias?: number;
  /** The MAE of the better branch alone minus that of both together: what uniting them is worth. */
  readonly complementarity?: number;
};

/** @param withoutText The same samples with text taken away. */
export function branchBalance(whole: CollectedParts, withoutText?: CollectedParts): BranchBalance {
  const modalities = modalitiesOf(whole.shared);
  const pairs = modalities.flatMap((m, i) => modalities.slice(i + 1).map((n) => [m, n] as const));
  const { shared, joint, private: own } = whole.predictions;
  const textless = withoutText?.predictions.shared;
  return {
    redundancy: meanOrZero(pairs.map(([m, n]) => cka(valueFor(whole.shared, m), valueFor(whole.shared, n)))),
    leakage: {
      modalityFromShared: probeModality(whole.shared),
      chance: largestShare(whole.shared),
      privateSharedCka: meanOrZero(modalities.map((m) => cka(valueFor(whole.private, m), valueFor(whole.shared, m)))),
    },
    ...(shared && textless ? { bias: 1 - mae(whole.labels, shared) / mae(whole.labels, textless) } : {}),
    ...(shared && own
      ? { complementarity: Math.min(mae(whole.labels, shared), mae(whole.labels, own)) - mae(whole.labels, joint) }
      : {}),
  };
}

/** The rows of a table: measure, value, what it says. */
export function balanceRows({ redundancy, leakage, bias, complementarity }: BranchBalance): [string, number, string][] {
  const { modalityFromShared, chance, privateSharedCka } = leakage;
  return [
    ['redundancy', redundancy, 'how alike the shared parts of two modalities are (CKA, 0 to 1)'],
    [
      'leakage: modality',
      modalityFromShared,
      `how often a probe tells the modality from a shared part; chance is ${chance.toFixed(3)}`,
    ],
    ['leakage: branches', privateSharedCka, 'how alike private and shared part of a modality are (CKA, 0 to 1)'],
    ...(bias === undefined
      ? []
      : [
          [
            'bias',
            bias,
            'share by which text lowers the error of the shared branch; near 1, the branch is text',
          ] satisfies [string, number, string],
        ]),
    ...(complementarity === undefined
      ? []
      : [
          [
            'complementarity',
            complementarity,
            'how much lower the MAE of both branches is than that of the better one',
          ] satisfies [string, number, string],
        ]),
  ];
}

function cka(x: Pooled, y: Pooled): number {
  const { a, b, n } = commonRows(x, y);
  return n === 0 ? 0 : linearCka(a, b, n);
}

const meanOrZero = (values: readonly number[]): number => (values.length === 0 ? 0 : mean(values));

/** The probe is fitted on the samples of even rows and scored on those of odd rows, so no sample is in both. */
function probeModality(shared: PerModality<Pooled>): number {
  const sides = [0, 1].map((parity) => {
    const x: number[] = [];
    const labels: number[] = [];
    for (const [modality, { data, dim, rows }] of entriesOf(shared)) {
      rows.forEach((row, i) => {
        if (row % 2 !== parity) return;
        x.push(...data.subarray(i * dim, (i + 1) * dim));
        labels.push(MODALITIES.indexOf(modality as Modality));
      });
    }
    return { x, labels };
  });
  return linearProbeAccuracy({ train: sides[0]!, test: sides[1]!, numClasses: MODALITIES.length });
}

function largestShare(shared: PerModality<Pooled>): number {
  const counts = entriesOf(shared).map(([, { rows }]) => rows.length);
  return Math.max(...counts) / counts.reduce((sum, count) => sum + count, 0);
}
