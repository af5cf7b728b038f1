import { stdout } from 'node:process';
import { type BackendChoice, prepareBackend } from '../engine';
import { loadRunConfig } from '../load-run-config';
import { openData } from '../open-data';
import { RunDirectory } from '../run-directory';
import type { RunResult } from '../run-result';
import { summary } from '../summary';
import { colorsFor } from '../terminal/colors';
import { trainingProgress } from '../terminal/training-progress';
import { startedWith, trainRun } from '../train-run';
import { parentLine } from '../worker';

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

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * `trimodal train`: prints progress while it runs and a table at the end. Ctrl-C, or a signal to terminate, saves a checkpoint first.
 *
 * @returns The result, or undefined if the run was interrupted.
 */
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
  directory.open(config, startedWith(data, backend), resume);
  if (directory.isFinished) {
    data.dataset.close();
    const result = directory.result();
    console.log(`${out} is finished already.\n${summary(result)}`);
    return result;
  }
  console.log(
    `${colorsFor(stdout).bold(architecture)} on ${data.dataset.source}, seed ${config.seed}; backend ${backend.name}: ${backend.reason}`,
  );

  const interrupt = new AbortController();
  const progress = trainingProgress(config.training.maxEpochs);
  const onInterrupt = () => {
    interrupt.abort();
    progress.note('Stopping after this step; once more to stop at once.');
  };
  for (const signal of SIGNALS) process.once(signal, onInterrupt);
  const parent = parentLine(onInterrupt);
  try {
    const result = await trainRun({
      architecture,
      config,
      data,
      backend,
      directory,
      resume,
      signal: interrupt.signal,
      onEvent: (event) => {
        progress.onEvent(event);
        parent.onEvent(event);
      },
    });
    progress.end();
    if (result) console.log(`${summary(result)}\nWritten to ${out}/result.json`);
    else console.log(`Interrupted; the same command with --resume goes on from here.`);
    return result;
  } finally {
    progress.end();
    parent.close();
    for (const signal of SIGNALS) process.removeListener(signal, onInterrupt);
    data.dataset.close();
  }
}
