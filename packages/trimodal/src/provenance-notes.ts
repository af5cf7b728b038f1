import type { Split } from '@trimodal/data';
import type { RunResult } from './run-result';

/** What a reader must know of the runs behind a table: data, split, seeds, how the epoch was chosen, where it was computed. */
export function provenanceNotes(results: readonly RunResult[], split: Split): string[] {
  const unique = (f: (result: RunResult) => string) => [...new Set(results.map(f))];
  const hashes = unique(({ data }) => data.hash);
  const [first] = results;
  const seeds = [...new Set(results.map(({ seed }) => seed))].sort((a, b) => a - b);
  const selections = unique(
    ({ config: { training } }) =>
      `${training.selection.mode === 'min' ? 'lowest' : 'highest'} ${training.selection.metric}`,
  );
  return [
    `Data: ${first!.data.source.split(/[\\/]/).at(-1)}, SHA-256 ${hashes.map((hash) => `\`${hash}\``).join(', ')}; the ${split} split, ${unique(({ data }) => String(data.sizes[split])).join(' or ')} samples.`,
    `Seeds: ${seeds.join(', ')}; ± is the sample standard deviation over seeds.`,
    `Selection: the epoch with the ${selections.join(' or ')} on the validation split, one for all scores.`,
    `Computed on ${unique(
      ({ backend, versions }) =>
        `${backend.name} (${Object.entries(versions)
          .map(([name, version]) => `${name} ${version}`)
          .join(', ')})`,
    ).join('; ')}.`,
  ];
}
