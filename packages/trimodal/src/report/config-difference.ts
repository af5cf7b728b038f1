export type ConfigDifference = {
  readonly path: string;
  /** As JSON; undefined where the preset, or the run, has no such value. */
  readonly preset: string | undefined;
  readonly run: string | undefined;
};

/** What differs between two configurations, leaf by leaf; a part of another kind differs as a whole. */
export function configDifferences(preset: unknown, run: unknown, path: readonly string[] = []): ConfigDifference[] {
  if (isRecord(preset) && isRecord(run) && preset['kind'] === run['kind']) {
    const keys = Object.keys({ ...preset, ...run });
    return keys.flatMap((key) => configDifferences(preset[key], run[key], [...path, key]));
  }
  const [a, b] = [JSON.stringify(preset), JSON.stringify(run)];
  return a === b ? [] : [{ path: path.join('.'), preset: a, run: b }];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
