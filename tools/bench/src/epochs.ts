import { Rng } from '@trimodal/core';
import { type Batch, batches, createDataset, missingnessSampler, openFeatureFile } from '@trimodal/data';

const BATCH_SIZE = 32;

/** The epochs of a feature file as `trimodal train dbr` sees them: standardised, shuffled, steps missing by `frame-train`. */
export async function openEpochs(file: string): Promise<(epoch: number) => Iterable<Batch>> {
  const dataset = createDataset(await openFeatureFile(file), { standardize: true });
  const rng = new Rng(1);
  const missingness = missingnessSampler({ protocol: 'frame-train', rng: rng.fork('missingness'), dataset });
  return (epoch) => batches(dataset, 'train', { batchSize: BATCH_SIZE, rng: rng.fork('order'), epoch, missingness });
}
