import { type Modality, nearestName } from '@trimodal/core';
import { ablations, type ConfigEdit, editConfig, type PresetName, parseAssignment } from '@trimodal/models';
import { checkRunConfig } from '../load-run-config';
import { trainingArms } from '../recipes';
import type { RunConfig } from '../run-config';

/** A row of an experiment: a configuration under a name, to be trained with every seed. */
export type Arm = { readonly name: string; readonly architecture: PresetName; readonly config: RunConfig };

/** The arm that the others are compared with. */
export const FULL = 'full';

/** The arms that an architecture has by name, as edits of its run: its parts, its modalities, then other ways to train it. */
export function namedArms(architecture: PresetName, { model: { modalities } }: RunConfig): Record<string, ConfigEdit> {
  const parts = Object.entries<ConfigEdit>(ablations[architecture]).filter(([, edit]) => !('modalities' in edit));
  const without = (modality: Modality) => ({ modalities: modalities.filter((other) => other !== modality) });
  const subsets = modalities.length > 1 ? modalities.map((each) => [`w/o ${each}`, without(each)] as const) : [];
  const ofModel = Object.fromEntries([...parts, ...subsets].map(([name, edit]) => [name, { model: edit }]));
  return { ...ofModel, ...trainingArms[architecture] };
}

/**
 * The arms of an ablation: the whole model, then named ones, then edits.
 *
 * @param only Names, separated by commas; all that the architecture has unless told, none if it is empty.
 * @param edits Each `name: path.to.key=value`; the same name again adds to it.
 * @throws RangeError for an unknown name (with the nearest), an edit that isn't one or changes nothing, a name that is taken.
 */
export function ablationArms(
  architecture: PresetName,
  base: RunConfig,
  { only, edits = [] }: { readonly only?: string | undefined; readonly edits?: readonly string[] | undefined },
): Arm[] {
  const known = namedArms(architecture, base);
  const names = only === undefined ? Object.keys(known) : splitNames(only, Object.keys(known));
  const own = parseEdits(edits);
  for (const name of own.keys()) {
    if (name === FULL || names.includes(name)) {
      throw new RangeError(`Cannot add the arm "${name}" as its name must be free: it is that of another arm.`);
    }
  }
  const wanted = [...names.map((name) => [name, [known[name]!]] as const), ...own];
  return [
    { name: FULL, architecture, config: base },
    ...wanted.map(([name, list]) => ({ name, architecture, config: edited(name, base, list) })),
  ];
}

/** A config with edits in it. @throws RangeError naming the arm if they don't fit, or change nothing. */
export function edited(name: string, base: RunConfig, edits: readonly ConfigEdit[]): RunConfig {
  let config: RunConfig;
  try {
    config = checkRunConfig(edits.reduce<RunConfig>(editConfig, base));
  } catch (cause) {
    throw new RangeError(`Cannot make the arm "${name}": ${(cause as Error).message}`, { cause });
  }
  if (JSON.stringify(config) === JSON.stringify(base)) {
    throw new RangeError(
      `Cannot make the arm "${name}" as it must differ from the whole model: its edit changes nothing.`,
    );
  }
  return config;
}

/** `name: a.b=c` each, as edits by name. @throws RangeError if one has another form. */
export function parseEdits(edits: readonly string[]): Map<string, ConfigEdit[]> {
  const byName = new Map<string, ConfigEdit[]>();
  for (const text of edits) {
    // a path has no colon and no blank, so the last ": " before it ends the name
    const match = /^(.+?):\s*([\w-]+(?:\.[\w-]+)*=.+)$/s.exec(text);
    if (!match) {
      throw new RangeError(`Cannot add an arm as it must be written "name: path.to.key=value": got "${text}".`);
    }
    const name = match[1]!.trim();
    byName.set(name, [...(byName.get(name) ?? []), parseAssignment(match[2]!)]);
  }
  return byName;
}

/** Names of arms may hold commas: the longest that is known is taken. */
function splitNames(text: string, known: readonly string[]): string[] {
  const words = text.split(',').map((word) => word.trim());
  const names: string[] = [];
  for (let i = 0; i < words.length && words.some((word) => word !== ''); ) {
    const lengths = Array.from({ length: words.length - i }, (_, k) => words.length - i - k);
    const length = lengths.find((count) => known.includes(words.slice(i, i + count).join(', ')));
    if (length === undefined) {
      const near = nearestName(words[i]!, known);
      throw new RangeError(
        `Cannot find the arm "${words[i]}" as it must be one of ${known.map((name) => `"${name}"`).join(', ')}.${near ? ` Did you mean "${near}"?` : ''}`,
      );
    }
    names.push(words.slice(i, i + length).join(', '));
    i += length;
  }
  return [...new Set(names)];
}

/** The name of an arm as that of a folder: "w/o TSF" is without-tsf. */
export function folderName(name: string): string {
  return name
    .toLowerCase()
    .replaceAll('w/o', 'without')
    .replaceAll('->', ' to ')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
