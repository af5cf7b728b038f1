import type { Task } from '@trimodal/data';
import type { RawResult } from './raw-result';
import { type Scores, scorerOf } from './scores';

/** What one seed of a model said under one condition: of the test split, or of all held-out folds together. */
export type Outcome = {
  readonly ids: readonly string[];
  readonly truth: Float32Array;
  readonly predictions: Float32Array;
  readonly scores: Scores;
};

/** One seed of a model: the raw result of its run, or of a run for each fold. */
export type Replicate = { readonly seed: number; readonly results: readonly RawResult[] };

/** The seeds of one model, a row of a table. */
export type Group = { readonly name: string; readonly replicates: readonly Replicate[] };

/**
 * What a replicate said under a condition; folds are put one after another and scored as one, as each sample was held out once.
 *
 * @throws RangeError if a run wasn't tested under the condition.
 */
export function outcomeOf({ results, seed }: Replicate, condition: string): Outcome {
  const parts = results.map((result) => {
    const found = result.conditions.find(({ name }) => name === condition);
    if (found) return { result, found };
    throw new RangeError(
      `Cannot tell of condition "${condition}" as seed ${seed} must have been tested under it: got [${result.conditions.map(({ name }) => name).join(', ')}].`,
    );
  });
  const truth = Float32Array.from(parts.flatMap(({ result }) => result.truth));
  const predictions = Float32Array.from(parts.flatMap(({ found }) => found.predictions));
  const [only] = parts;
  return {
    ids: parts.flatMap(({ result }) => result.ids),
    truth,
    predictions,
    scores: parts.length === 1 ? only!.found.scores : scorerOf(taskOf(results))(truth, predictions),
  };
}

/** The task, the same in every result. @throws RangeError if there is none, or they differ. */
export function taskOf(results: readonly RawResult[]): Task {
  const [first] = results;
  const differs = results.find(({ task }) => JSON.stringify(task) !== JSON.stringify(first!.task));
  if (!first || differs) {
    throw new RangeError(
      `Cannot score results together as their task must be the same: got ${first ? `${JSON.stringify(first.task)} and ${JSON.stringify(differs!.task)}` : 'none'}.`,
    );
  }
  return first.task;
}

/**
 * Sees to it that groups can be compared: each condition took the same from all of them, sample by sample.
 *
 * @returns The mask hash of each condition; undefined where nothing was taken, or where it differs between folds as it must.
 * @throws RangeError if two groups lost different data, or were scored on different samples.
 */
export function checkSameMasks(groups: readonly Group[], conditions: readonly string[]): (string | undefined)[] {
  return conditions.map((name) => {
    const found = groups.flatMap((group) =>
      group.replicates.map((replicate) => {
        const hashes = replicate.results.map(
          ({ ids, conditions: all }) => [all.find((each) => each.name === name)?.maskHash, ids] as const,
        );
        return { group: group.name, seed: replicate.seed, hashes, text: JSON.stringify(hashes) };
      }),
    );
    const [first] = found;
    const other = found.find(({ text }) => text !== first!.text);
    if (other) {
      throw new RangeError(
        `Cannot compare ${first!.group} (seed ${first!.seed}) and ${other.group} (seed ${other.seed}) as both must have been tested on the same samples with the same masks: they differ under "${name}".`,
      );
    }
    return first?.hashes.length === 1 ? first.hashes[0]![0] : undefined;
  });
}
