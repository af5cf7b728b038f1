import type { Split } from '@trimodal/data';
import type { RunResult } from './run-result';

/** What a reader must know of the runs behind a table: data, split, seeds, how the epoch was chosen, where it was computed. */
export function provenanceNotes(results: readonly RunResult[], split: Split): string[] {
  const unique = (f: (result: RunResult) => string) => [...new Set(results.map(f))];
  const { data, config } = results[0]!;
  const seeds = [...new Set(results.map(({ seed }) => seed))].sort((a, b) => a - b);
  const selections = unique(
    ({ config: { training } }) =>
      `${training.selection.mode === 'min' ? 'lowest' : 'highest'} ${training.selection.metric}`,
  );
  const { fold } = config.data;
  const hashes = unique((result) => `\`${result.data.hash}\``);
  const name = data.source.split(/[\\/]/).at(-1);
  const where = fold
    ? `${name}, cross-validation over the videos of train and valid together, in ${fold.folds} folds: of each held-out fold one half chooses the epoch and the other is scored, then the other way round, so that each sample is scored once by a model that saw nothing of its video. The test split isn't touched.`
    : `${name}, SHA-256 ${hashes.join(', ')}; the ${split} split, ${unique((result) => String(result.data.sizes[split])).join(' or ')} samples.`;
  return [
    `Data: ${where}`,
    `Seeds: ${seeds.join(', ')}; ± is the sample standard deviation over seeds.`,
    `Selection: the epoch with the ${selections.join(' or ')} on the validation split, one for all scores.`,
    `Computed on ${unique(
      ({ backend, versions }) =>
        `${backend.name} (${Object.entries(versions)
          .map(([library, version]) => `${library} ${version}`)
          .join(', ')})`,
    ).join('; ')}.`,
  ];
}
