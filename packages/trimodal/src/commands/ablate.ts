import type { PresetName } from '@trimodal/models';
import { ablationArms } from '../experiment/arms';
import { checkArms } from '../experiment/check-arms';
import { parseSeeds } from '../experiment/parse-seeds';
import { type ExperimentOptions, runExperiment } from '../experiment/run-experiment';
import { shellLine } from '../experiment/shell-line';
import { loadRunConfig } from '../load-run-config';

export type AblateOptions = Omit<ExperimentOptions, 'out'> & {
  readonly seeds?: string;
  /** Names, separated by commas; all that the architecture has unless told. */
  readonly arms?: string;
  /** Each `name: path.to.key=value`. */
  readonly edit?: readonly string[];
  /** Changes to the whole model, and so to every arm. */
  readonly config?: string;
  readonly set?: readonly string[];
  /** Check the arms, say what they are, and stop. */
  readonly dryRun?: boolean;
  /** `runs/ablate-<architecture>` unless told. */
  readonly out?: string;
};

export const DEFAULT_SEEDS = '1111..1115';

/**
 * `trimodal ablate`: what an architecture is without each of its parts, with several seeds, tested whole and with parts missing.
 *
 * Each arm is checked before anything is trained, and a line says what its edit does.
 * @returns Whether it came to its end; false if it was interrupted.
 */
export async function ablate(architecture: string, options: AblateOptions): Promise<boolean> {
  const { seeds = DEFAULT_SEEDS, out = `runs/ablate-${architecture}` } = options;
  const base = loadRunConfig({ architecture, file: options.config, assignments: options.set });
  const arms = ablationArms(architecture as PresetName, base, { only: options.arms, edits: options.edit });
  const command = shellLine(['trimodal', 'ablate', architecture], options);
  for (const line of await checkArms(arms)) console.log(line);
  if (options.dryRun) return true;
  return runExperiment(
    { title: `Ablation of ${architecture}`, arms, seeds: parseSeeds(seeds), command },
    { ...options, out },
  );
}
