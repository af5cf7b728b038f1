import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Split } from '@trimodal/data';
import { type Condition, type RawResult, testRun } from '@trimodal/experiments';
import { checkpointName } from '@trimodal/training';
import type { BackendChoice } from './engine';
import { Evaluator } from './evaluator';
import type { RunData } from './run-data';
import type { RunDirectory } from './run-directory';

export type TestFinishedRunOptions = {
  readonly directory: RunDirectory;
  readonly data: RunData;
  readonly split: Split;
  /** The conditions of each protocol, by its name. */
  readonly protocols: Readonly<Record<string, readonly Condition[]>>;
  /** That of the run unless told. */
  readonly backend?: BackendChoice | undefined;
  readonly onScored?: (protocol: string, condition: Condition) => void;
};

/**
 * The raw results of a finished run, by protocol, as they are in its folder `robustness/`; what is not there is scored first.
 *
 * @throws RangeError if the run isn't finished, if the data are not those of the run, or a raw result is damaged.
 */
export async function testFinishedRun(options: TestFinishedRunOptions): Promise<Record<string, RawResult>> {
  const { directory, data, split, protocols, backend, onScored } = options;
  const { config, data: trainedOn, selected, backend: trained } = directory.result();
  if (data.hashFor(config) !== trainedOn.hash) {
    throw new RangeError(
      `Cannot test ${directory.path} as its data must have the hash ${trainedOn.hash} (${trainedOn.source}): got ${data.hashFor(config)} (${data.source}).`,
    );
  }
  const checkpoint = hashOfFile(join(directory.checkpoints, `${checkpointName(selected.epoch)}.safetensors`));
  const dataset = data.datasetFor(config);
  let evaluator: Evaluator | undefined;
  try {
    const results: Record<string, RawResult> = {};
    for (const [protocol, conditions] of Object.entries(protocols)) {
      results[protocol] = await testRun({
        file: join(directory.path, 'robustness', `${protocol}-${split}.json`),
        key: {
          checkpoint,
          dataHash: trainedOn.hash,
          split,
          protocol,
          backend: backend && backend !== 'auto' ? backend : trained.name,
        },
        conditions,
        task: dataset.task,
        ids: dataset.splits[split].ids,
        score: async (missingness) => {
          evaluator ??= await Evaluator.open(directory, dataset, backend);
          return evaluator.score(split, missingness);
        },
        onScored: (condition) => onScored?.(protocol, condition),
      });
    }
    return results;
  } finally {
    evaluator?.dispose();
  }
}

function hashOfFile(file: string): string {
  if (!existsSync(file)) throw new RangeError(`Cannot read ${file} as a finished run must have it: it is not there.`);
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
