import pc from 'picocolors';
import { type BackendChoice, prepareBackend } from '../engine';
import { loadRunConfig } from '../load-run-config';
import { openData } from '../open-data';
import { RunDirectory } from '../run-directory';
import type { RunResult } from '../run-result';
import { summary } from '../summary';
import { trainingProgress } from '../terminal/training-progress';
import { trainRun } from '../train-run';

export type TrainOptions = {
  readonly data: string;
  readonly out: string;
  readonly seed?: number;
  readonly config?: string;
  readonly set?: readonly string[];
  readonly backend?: BackendChoice;
  readonly threads?: number;
  readonly resume?: boolean;
};

/** `trimodal train`: prints progress while it runs and a table at the end. Ctrl-C saves a checkpoint first. */
export async function train(architecture: string, options: TrainOptions): Promise<RunResult | undefined> {
  const { data: source, out, resume = false } = options;
  const config = loadRunConfig({
    architecture,
    file: options.config,
    assignments: options.set,
    seed: options.seed,
  });
  const backend = await prepareBackend(options.backend ?? 'auto', options.threads);
  const data = await openData(source, config, config.model.modalities);
  const directory = new RunDirectory(out);
  directory.open(config, resume);
  console.log(
    `${pc.bold(architecture)} on ${data.dataset.source}, seed ${config.seed}; backend ${backend.name}: ${backend.reason}`,
  );

  const interrupt = new AbortController();
  const onInterrupt = () => interrupt.abort();
  process.once('SIGINT', onInterrupt);
  const progress = trainingProgress(config.training.maxEpochs);
  try {
    const result = await trainRun({
      architecture,
      config,
      data,
      backend,
      directory,
      resume,
      signal: interrupt.signal,
      onEvent: progress.onEvent,
    });
    progress.end();
    if (result) console.log(`${summary(result)}\nWritten to ${out}/result.json`);
    else console.log(`Interrupted; the same command with --resume goes on from here.`);
    return result;
  } finally {
    progress.end();
    process.removeListener('SIGINT', onInterrupt);
    data.dataset.close();
  }
}
