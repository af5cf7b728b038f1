import { existsSync, readFileSync, statSync } from 'node:fs';
import { nearestName } from '@trimodal/core';
import { type ConfigEdit, editConfig, type PresetName, parseAssignment, parseConfig, presets } from '@trimodal/models';
import { presetRun } from './recipes';
import { type RunConfig, runConfig } from './run-config';

export type RunConfigSources = {
  readonly architecture: string;
  /** A JSON file that is merged into the preset. */
  readonly file?: string | undefined;
  /** Assignments `path.to.key=value`, applied in order after the file. */
  readonly assignments?: readonly string[] | undefined;
  readonly seed?: number | undefined;
};

/**
 * The configuration of a run: preset, then file, then assignments, then seed.
 * @throws RangeError for an unknown architecture or key (with the nearest name), or a value that is not allowed there.
 */
export function loadRunConfig({ architecture, file, assignments = [], seed }: RunConfigSources): RunConfig {
  if (!Object.hasOwn(presets, architecture)) {
    const near = nearestName(architecture, Object.keys(presets));
    throw new RangeError(
      `Cannot load an architecture as it must be one of ${Object.keys(presets).join(', ')}: got "${architecture}".${near ? ` Did you mean ${near}?` : ''}`,
    );
  }
  const edits = [...(file ? [readEdit(file)] : []), ...assignments.map(parseAssignment)];
  if (seed !== undefined) edits.push({ seed });
  return checkRunConfig(edits.reduce<RunConfig>(editConfig, presetRun(architecture as PresetName)));
}

/** @throws RangeError naming the path of what is wrong. */
export function checkRunConfig(data: unknown): RunConfig {
  return parseConfig(runConfig, data, 'this configuration');
}

function readEdit(file: string): ConfigEdit {
  const refuse = (problem: string, cause?: unknown): never => {
    throw new RangeError(`Cannot read ${file} as it must be a configuration in JSON, an object: ${problem}.`, {
      cause,
    });
  };
  if (!existsSync(file)) return refuse('there is no such file');
  if (!statSync(file).isFile()) return refuse('it is a folder');
  let edit: unknown;
  try {
    edit = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    return refuse((cause as Error).message, cause);
  }
  if (typeof edit !== 'object' || edit === null || Array.isArray(edit)) return refuse(`got ${JSON.stringify(edit)}`);
  return edit as ConfigEdit;
}
