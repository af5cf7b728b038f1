import { entriesOf, mapModalities, type PerModality } from '@trimodal/core';
import type { SyntheticFactors } from '@trimodal/data';
import { linearProbeR2 } from '@trimodal/metrics';
import type { CollectedParts, Pooled } from './collect-parts';

type Factor = SyntheticFactors['shared'];

/** How well a linear map reads the true factors from a part: R2 on samples that the map was not fitted on. */
export type PartRecovery = {
  /** Of the factors that all modalities have in common. */
  readonly shared: number;
  /** Of those of the modality itself. */
  readonly private: number;
};

/** A good shared part has a high `shared` and a low `private`, a good private part the reverse. */
export type FactorRecovery = {
  readonly shared: PerModality<PartRecovery>;
  readonly private: PerModality<PartRecovery>;
};

/**
 * How the parts of a model match the factors that synthetic data were made of.
 *
 * The probes are ridge regressions, fitted on the training split and scored on another.
 */
export function factorRecovery(
  train: { readonly parts: CollectedParts; readonly factors: SyntheticFactors },
  held: { readonly parts: CollectedParts; readonly factors: SyntheticFactors },
): FactorRecovery {
  const recover = (slot: 'shared' | 'private') =>
    mapModalities(train.parts[slot], (fitted, modality) => {
      const scored = held.parts[slot][modality]!;
      const r2 = (trainFactor: Factor, heldFactor: Factor) =>
        linearProbeR2({ train: probeSet(fitted, trainFactor), test: probeSet(scored, heldFactor) });
      return {
        shared: r2(train.factors.shared, held.factors.shared),
        private: r2(train.factors.private[modality]!, held.factors.private[modality]!),
      };
    });
  return { shared: recover('shared'), private: recover('private') };
}

/** What a probe learns from: the part of each sample that has it, and the factors of that sample. */
export function probeSet({ data, rows }: Pooled, factor: Factor) {
  const width = factor.shape[1];
  const y = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) y.set(factor.data.subarray(row * width, (row + 1) * width), i * width);
  return { x: data, y, numRows: rows.length };
}

/** The rows of a table: part, then R2 of the shared and of the private factors. */
export function recoveryRows(recovery: FactorRecovery): [string, PartRecovery][] {
  return (['shared', 'private'] as const).flatMap((slot) =>
    entriesOf(recovery[slot]).map(([modality, part]): [string, PartRecovery] => [`${slot} ${modality}`, part]),
  );
}
