import { existsSync, statSync } from 'node:fs';
import type { Modality } from '@trimodal/core';
import {
  createDataset,
  type Dataset,
  foldByGroup,
  openFeatureFile,
  type RawDataset,
  type SyntheticDataset,
  syntheticDataset,
} from '@trimodal/data';
import type { RunConfig } from './run-config';

/** The name that stands for the generated benchmark instead of a file. */
export const SYNTHETIC = 'synthetic';

/** The benchmark is one data set, the same for every run: a model's seed doesn't change it. */
const SYNTHETIC_SEED = 2026;

export type OpenData = { readonly dataset: Dataset; readonly synthetic?: SyntheticDataset };

/**
 * Opens a feature file, or generates the synthetic benchmark, as a run's config wants it.
 *
 * @param modalities Those of the model, for training; undefined for all that the file has, so that a protocol takes away the same
 * of every model, whichever modalities it uses.
 * @throws RangeError if there is no such file.
 */
export async function openData(
  source: string,
  { data: { standardize, fold } }: RunConfig,
  modalities: readonly Modality[] | undefined,
): Promise<OpenData> {
  const raw = await openRaw(source);
  const dataset = createDataset(fold ? foldByGroup(raw, fold) : raw, {
    standardize,
    ...(modalities ? { modalities } : {}),
  });
  return 'factors' in raw && !fold ? { dataset, synthetic: raw } : { dataset };
}

/** A feature file, or the synthetic benchmark, as it is. @throws RangeError if there is no such file. */
export async function openRaw(source: string): Promise<RawDataset | SyntheticDataset> {
  if (source === SYNTHETIC) return syntheticDataset({ seed: SYNTHETIC_SEED });
  if (!existsSync(source)) {
    throw new RangeError(
      `Cannot open ${source} as it must be a feature file, or "${SYNTHETIC}": there is no such file.`,
    );
  }
  if (!statSync(source).isFile()) {
    throw new RangeError(`Cannot open ${source} as it must be a feature file, or "${SYNTHETIC}": it is a folder.`);
  }
  return openFeatureFile(source);
}
