import { checkRate, type Modality, nearestName, type PerModality } from '@trimodal/core';
import type { Split } from './raw-dataset';

/** The protocols by which data goes missing. Numbers of two of them can't be compared. */
export const MISSINGNESS_PROTOCOLS = [
  'frame-uniform',
  'frame-train',
  'frame-per-rate',
  'modality-subsets',
  'modality-rate',
  'mixed',
] as const;
export type MissingnessProtocol = (typeof MISSINGNESS_PROTOCOLS)[number];

/**
 * What goes missing. In all of them only observed steps count, each modality draws for itself, and at least one step of one modality stays.
 *
 * - `frame-uniform`: each step is dropped with probability `rate`; one model for all rates (LNLN).
 * - `frame-train`: for half of the samples, chosen for each modality apart, the rate is drawn from U(0, 1), for the others it is 0 (LNLN).
 * - `frame-per-rate`: the masks of `frame-uniform`, but a model is trained for each rate (TFR-Net, EMT-DLFR).
 * - `modality-subsets`: only the modalities of `subset` are there (HRLF, CorrKD); without it each sample draws one of the
 *   non-empty subsets of what it has, the full one too. A sample that has none of `subset` keeps one modality of its own, drawn at random.
 * - `modality-rate`: exactly `round(rate * s)` of the s modalities that the samples have together are taken away, at least one a sample stays (GCNet, MMIN).
 * - `mixed`: a share `rate` of all steps is missing, one half of it in whole modalities, the other in steps of those that stay (after FSRF; the
 *   split in halves is ours). Of whole modalities exactly `round(rate / 2 * s)` go; without `rate` each sample draws one from U(0, 1), and theirs go at random.
 */
export type Missingness =
  | { readonly protocol: 'frame-uniform' | 'frame-per-rate' | 'modality-rate'; readonly rate: number }
  | { readonly protocol: 'frame-train' }
  | { readonly protocol: 'modality-subsets'; readonly subset?: readonly Modality[] }
  | { readonly protocol: 'mixed'; readonly rate?: number };

/** What takes steps away from the samples of one split. */
export type MissingnessSampler = {
  readonly missingness: Missingness;
  readonly split: Split;
  /** Of the samples that it was made for. */
  readonly idsHash: string;
  /** Whether another epoch or view gets another draw. */
  readonly redraws: boolean;
  /** Sets to 0 in the masks `[time]` of one sample what goes missing; they hold 1 at observed steps. */
  apply(sample: { index: number; epoch: number; view: number }, masks: PerModality<Float32Array>): void;
};

/** All non-empty subsets of the modalities, small ones first: {t}, {a}, {v}, {t, a}, {t, v}, {a, v}, {t, a, v}. */
export function modalitySubsets(modalities: readonly Modality[]): Modality[][] {
  let subsets: Modality[][] = [[]];
  for (const modality of [...modalities].reverse()) {
    subsets = [...subsets.map((subset) => [modality, ...subset]), ...subsets];
  }
  return subsets.filter((subset) => subset.length > 0).sort((a, b) => a.length - b.length);
}

/** @throws RangeError if the protocol is unknown, a rate doesn't lie in [0, 1] or a subset isn't one of the modalities. */
export function checkMissingness(missingness: Missingness, modalities: readonly Modality[]): void {
  const { protocol } = missingness;
  if (!MISSINGNESS_PROTOCOLS.includes(protocol)) {
    const near = nearestName(protocol, MISSINGNESS_PROTOCOLS);
    throw new RangeError(
      `Cannot draw missing data as the protocol must be one of ${MISSINGNESS_PROTOCOLS.join(', ')}: got ${protocol}${near ? `; did you mean ${near}?` : '.'}`,
    );
  }
  if (protocol === 'modality-subsets') {
    const { subset } = missingness;
    if (subset && (subset.length === 0 || subset.some((modality) => !modalities.includes(modality)))) {
      throw new RangeError(
        `Cannot draw missing data as the subset must be some of [${modalities.join(', ')}]: got [${subset.join(', ')}].`,
      );
    }
  } else if (protocol === 'mixed') {
    if (missingness.rate !== undefined) checkRate('draw missing data', 'rate', missingness.rate);
  } else if (protocol !== 'frame-train') {
    checkRate('draw missing data', 'rate', missingness.rate);
  }
}
