import { basename, dirname } from 'node:path';

/** What tells whether two runs are of one model. */
export type RunIdentity = {
  readonly path: string;
  readonly architecture: string;
  readonly seed: number;
  readonly dataHash: string;
  /** Plain data; its `seed` is not looked at. */
  readonly config: object;
};

/** Runs of one config that differ by seed, in the order of their seeds. */
export type RunGroup<R extends RunIdentity> = { readonly name: string; readonly runs: readonly R[] };

/**
 * Puts runs that differ by nothing but the seed together, in the order in which they first come.
 *
 * A group is named by what its paths share but for the seed, `dbr` of `runs/dbr/seed-1111` as of `runs/dbr-1111`, else by its architecture; by
 * whole paths where two would have one name.
 * @throws RangeError if a seed comes twice in a group.
 */
export function groupRuns<R extends RunIdentity>(runs: readonly R[]): RunGroup<R>[] {
  const byConfig = new Map<string, R[]>();
  for (const run of runs) {
    const { seed: _, ...config } = run.config as { seed?: number };
    const key = canonical([run.architecture, run.dataHash, config]);
    const group = byConfig.get(key) ?? [];
    const twin = group.find(({ seed }) => seed === run.seed);
    if (twin) {
      throw new RangeError(
        `Cannot group ${run.path} and ${twin.path} as each seed must be there once: both are of seed ${run.seed}, with the same config.`,
      );
    }
    byConfig.set(key, [...group, run]);
  }
  const groups = [...byConfig.values()];
  const names = groups.map(nameOf);
  return groups.map((group, i) => ({
    name: names.filter((name) => name === names[i]).length === 1 ? names[i]! : group.map(({ path }) => path).join(' '),
    runs: group.sort((a, b) => a.seed - b.seed),
  }));
}

function nameOf(group: readonly RunIdentity[]): string {
  const stems = new Set(
    group.map(({ path, seed }) => {
      const stem = basename(path).replace(new RegExp(`[-_. ]?(seed)?[-_. ]?${seed}$`), '');
      return stem === '' ? basename(dirname(path)) : stem;
    }),
  );
  const [stem] = stems;
  return stems.size === 1 ? stem! : group[0]!.architecture;
}

/** JSON with keys in order, so that equal data give equal text. */
export function canonical(data: unknown): string {
  return JSON.stringify(data, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
