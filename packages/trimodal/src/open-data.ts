import { createDataset, type Dataset, openFeatureFile, type SyntheticDataset, syntheticDataset } from '@trimodal/data';
import type { RunConfig } from './run-config';

/** The name that stands for the generated benchmark instead of a file. */
export const SYNTHETIC = 'synthetic';

/** The benchmark is one data set, the same for every run: a model's seed doesn't change it. */
export const SYNTHETIC_SEED = 2026;

export type OpenData = { readonly dataset: Dataset; readonly synthetic?: SyntheticDataset };

/** Opens a feature file, or generates the synthetic benchmark, as a run's config wants it. */
export async function openData(source: string, config: RunConfig): Promise<OpenData> {
  const options = { standardize: config.data.standardize, modalities: config.model.modalities };
  if (source === SYNTHETIC) {
    const synthetic = syntheticDataset({ seed: SYNTHETIC_SEED });
    return { dataset: createDataset(synthetic, options), synthetic };
  }
  return { dataset: createDataset(await openFeatureFile(source), options) };
}
