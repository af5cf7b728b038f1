import { type PresetName, presets } from '@trimodal/models';
import { type Arm, edited, parseEdits } from '../experiment/arms';
import { parseSeeds } from '../experiment/parse-seeds';
import { type ExperimentOptions, runExperiment } from '../experiment/run-experiment';
import { shellLine } from '../experiment/shell-line';
import { loadRunConfig } from '../load-run-config';
import { DEFAULT_SEEDS } from './ablate';

export type CompareOptions = ExperimentOptions & {
  readonly seeds?: string;
  /** Each `preset, more words: path.to.key=value`: a variant of the preset that its name begins with. */
  readonly edit?: readonly string[];
  readonly config?: string;
  readonly set?: readonly string[];
};

/**
 * `trimodal compare`: several architectures, and variants of them, trained with several seeds and tested whole and with parts missing.
 *
 * The first is what the others are compared with.
 * @returns Whether it came to its end; false if it was interrupted.
 */
export async function compare(architectures: readonly string[], options: CompareOptions): Promise<boolean> {
  const { seeds = DEFAULT_SEEDS, config: file, set: assignments } = options;
  const arms: Arm[] = [...new Set(architectures)].map((architecture) => ({
    name: architecture,
    architecture: architecture as PresetName,
    config: loadRunConfig({ architecture, file, assignments }),
  }));
  for (const [name, edits] of parseEdits(options.edit ?? [])) {
    const architecture = (Object.keys(presets) as PresetName[]).find((preset) => /^\W/.test(restOf(name, preset)));
    if (!architecture) {
      throw new RangeError(
        `Cannot add "${name}" as its name must begin with the preset that it is a variant of, such as "dbr, text alone": that is one of ${Object.keys(presets).join(', ')}.`,
      );
    }
    const base = loadRunConfig({ architecture, file, assignments });
    arms.push({ name, architecture, config: edited(name, base, edits) });
  }
  const command = shellLine(['trimodal', 'compare', ...architectures], options);
  return runExperiment({ title: 'Comparison', arms, seeds: parseSeeds(seeds), command }, options);
}

/** What follows a preset at the beginning of a name. */
const restOf = (name: string, preset: string) => (name.startsWith(preset) ? name.slice(preset.length) : '');
