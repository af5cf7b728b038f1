import { entriesOf } from '@trimodal/core';
import type { Matrix, SyntheticFactors } from '@trimodal/data';
import type { LabelledMatrix } from '@trimodal/experiments';
import { linearProbeR2 } from '@trimodal/metrics';
import { probeSet } from './factor-recovery';
import type { PooledSlot } from './pooled-slots';

/** Parts of the samples of a split, and the factors that the split was made of. */
export type PartsAndFactors = { readonly parts: readonly PooledSlot[]; readonly factors: SyntheticFactors };

/**
 * How well a linear map reads each true factor (columns) from each part (rows): R2, so that recovery and leakage are seen both ways.
 *
 * The probes are ridge regressions, fitted on the training split and scored on another.
 */
export function factorMatrix(train: PartsAndFactors, held: PartsAndFactors): LabelledMatrix {
  const factors = { train: namedFactors(train.factors), held: namedFactors(held.factors) };
  const columns = [...factors.train.keys()];
  return {
    rows: train.parts.map(({ slot, modality }) => `${slot} ${modality}`),
    columns,
    values: train.parts.map((fitted, i) =>
      columns.map((name) =>
        linearProbeR2({
          train: probeSet(fitted, factors.train.get(name)!),
          test: probeSet(held.parts[i]!, factors.held.get(name)!),
        }),
      ),
    ),
  };
}

function namedFactors({ shared, private: own, noise, cross }: SyntheticFactors): Map<string, Matrix> {
  const named = (what: string, record: SyntheticFactors['private']) =>
    entriesOf(record).map(([modality, matrix]): [string, Matrix] => [`${what} ${modality}`, matrix]);
  return new Map([['shared', shared], ...named('private', own), ['cross', cross], ...named('nuisance', noise)]);
}
