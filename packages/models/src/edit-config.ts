/** Plain data to merge into a config: records merge key by key, anything else replaces. */
export type ConfigEdit = { readonly [key: string]: unknown };

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A config with an edit merged into it; neither is changed.
 *
 * A part whose `kind` the edit changes starts anew: options of the old kind mean nothing to the new one.
 * @example editConfig(dbr, { sharedBranch: { kind: 'identity' } }) // DBR w/o TSF
 */
export function editConfig<T>(config: T, edit: ConfigEdit): T {
  if (!isRecord(config)) return edit as T;
  const start = 'kind' in edit && edit['kind'] !== config['kind'] ? {} : config;
  const merged: Record<string, unknown> = { ...start };
  for (const [key, value] of Object.entries(edit)) {
    merged[key] = isRecord(value) ? editConfig(merged[key] ?? {}, value) : value;
  }
  return merged as T;
}

/**
 * Reads `a.b=c` as an edit; the value is JSON where it is, else a string.
 * @throws RangeError unless there is a path, an equals sign and a value.
 */
export function parseAssignment(assignment: string): ConfigEdit {
  const match = /^([\w-]+(?:\.[\w-]+)*)=(.+)$/s.exec(assignment);
  if (!match) {
    throw new RangeError(`Cannot set a config value as it must be written path.to.key=value: got "${assignment}".`);
  }
  const [, path = '', text = ''] = match;
  return path.split('.').reduceRight<unknown>((value, key) => ({ [key]: value }), parseValue(text)) as ConfigEdit;
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
