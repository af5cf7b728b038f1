import { Rng } from '@trimodal/core';
import { assemble } from '../assemble';
import { batchSource } from '../batch-sources';
import { type ChosenBackend, createEngine } from '../engine';
import { loadRunConfig } from '../load-run-config';
import { openData, SYNTHETIC } from '../open-data';

export type Probe = {
  readonly architecture: string;
  readonly batchSize: number;
  /** Milliseconds of the first step, which compiles or warms up, and the median of the others. */
  readonly firstMs: number;
  readonly stepMs: number;
  readonly steps: number;
};

/** Trains a preset on the synthetic benchmark for some seconds, on a backend that is set, to see how fast it is. */
export async function probe(backend: ChosenBackend, milliseconds = 2000, architecture = 'dbr'): Promise<Probe> {
  const config = loadRunConfig({ architecture });
  const { dataset } = await openData(SYNTHETIC, config, config.model.modalities);
  const engine = createEngine(backend, assemble(config, dataset).learner, config.training);
  const rng = new Rng(config.seed).fork('probe');
  const source = batchSource(dataset, config, rng);
  const times: number[] = [];
  let firstMs: number | undefined;
  try {
    const begin = performance.now();
    let end = begin + milliseconds;
    for (let epoch = 1; times.length === 0 || performance.now() < end; epoch++) {
      for await (const batch of source('train', epoch)) {
        const start = performance.now();
        await engine.step(batch, { learningRate: 1e-4, rng: rng.fork(`step-${times.length}`), apply: true });
        const elapsed = performance.now() - start;
        if (firstMs === undefined) {
          firstMs = elapsed;
          end = performance.now() + milliseconds;
        } else {
          times.push(elapsed);
        }
        if (times.length > 0 && performance.now() >= end) break;
      }
    }
  } finally {
    engine.dispose();
    dataset.close();
  }
  times.sort((a, b) => a - b);
  return {
    architecture,
    batchSize: config.training.batchSize,
    firstMs: firstMs!,
    stepMs: times[Math.floor(times.length / 2)]!,
    steps: times.length,
  };
}
