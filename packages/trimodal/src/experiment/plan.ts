import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeJson } from '@trimodal/experiments';
import type { RunConfig } from '../run-config';
import { firstDifference, RunDirectory } from '../run-directory';
import { type Arm, folderName } from './arms';

/** One run of an experiment. */
export type Training = {
  readonly arm: Arm;
  readonly seed: number;
  /** As the progress names it. */
  readonly label: string;
  readonly config: RunConfig;
  readonly directory: RunDirectory;
  /** Where its output goes. */
  readonly log: string;
  /** The config as a file, for `trimodal train --config`. */
  readonly configFile: string;
  /** What the run's config has besides that file. */
  readonly assignments: readonly string[];
};

/**
 * The runs of an experiment, every arm of a seed before the next seed, so that what is there early can be compared.
 *
 * @param folds Of cross-validation over videos, each of which takes two runs a seed; none unless told.
 * @throws RangeError if two arms would have the same folder, or if a folder holds a run of another configuration.
 */
export function planTrainings(arms: readonly Arm[], seeds: readonly number[], out: string, folds?: number): Training[] {
  const folders = arms.map(({ name }) => folderName(name));
  for (const [i, folder] of folders.entries()) {
    const first = folders.indexOf(folder);
    if (folder === '' || first < i) {
      throw new RangeError(
        `Cannot name a folder after the arm "${arms[i]!.name}" as the name must have letters or digits of its own: ${folder === '' ? 'it has none' : `it would be ${folder}, as that of "${arms[first]!.name}"`}.`,
      );
    }
  }
  const trainings = seeds.flatMap((seed) =>
    arms.flatMap((arm, i) =>
      partsOf(folds).map(({ fold, suffix, label }): Training => {
        const path = join(out, folders[i]!, `seed-${seed}${suffix}`);
        return {
          arm,
          seed,
          label: `${arm.name}, seed ${seed}${label}`,
          config: { ...arm.config, seed, data: { ...arm.config.data, ...(fold ? { fold } : {}) } },
          directory: new RunDirectory(path),
          log: `${path}.log`,
          configFile: join(out, folders[i]!, 'arm.json'),
          assignments: fold ? [`data.fold=${JSON.stringify(fold)}`] : [],
        };
      }),
    ),
  );
  for (const training of trainings) checkReusable(training);
  return trainings;
}

type Part = { readonly fold?: NonNullable<RunConfig['data']['fold']>; readonly suffix: string; readonly label: string };

/** The runs that a seed takes: one, or two for each fold. */
function partsOf(folds: number | undefined): Part[] {
  if (folds === undefined) return [{ suffix: '', label: '' }];
  return Array.from({ length: 2 * folds }, (_, i): Part => {
    const half = i % 2 === 0 ? 0 : 1;
    const name = `${(i >> 1) + 1}${half === 0 ? 'a' : 'b'}`;
    return {
      fold: { folds, fold: i >> 1, half },
      suffix: `-fold-${name}-of-${folds}`,
      label: `, fold ${name} of ${folds}`,
    };
  });
}

/** Writes what the runs are started from. */
export function writePlan(trainings: readonly Training[]): void {
  for (const { configFile, arm } of trainings) writeJson(configFile, arm.config);
}

/** @throws RangeError if there is a run in the folder that isn't this one. */
export function checkReusable({ arm, directory, config }: Training): void {
  const hasBegun = directory.isFinished || existsSync(directory.events) || existsSync(directory.checkpoints);
  if (!hasBegun) return;
  const before = directory.isFinished ? directory.result() : undefined;
  const difference =
    before && before.architecture !== arm.architecture
      ? { path: 'architecture', before: before.architecture, now: arm.architecture }
      : firstDifference(before?.config ?? directory.config(), JSON.parse(JSON.stringify(config)));
  if (difference) {
    throw new RangeError(
      `Cannot go on with ${directory.path} as the run there must be of "${arm.name}" as it is now: ${difference.path} was ${difference.before}, is ${difference.now}; choose another --out, or delete the folder.`,
    );
  }
}
