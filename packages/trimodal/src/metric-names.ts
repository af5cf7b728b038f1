import { nearestName } from '@trimodal/core';

/** What tables show unless told: one score of size, one of order, one of sign; for classes, the three that the field prints. */
const SHOWN = ['mae', 'corr', 'acc2NonZero', 'f1NonZero', 'accuracy', 'f1Macro', 'f1Weighted'];

/**
 * The scores to show.
 *
 * @param asked Separated by commas; those that the field prints unless told.
 * @throws RangeError for a name that no score has.
 */
export function metricNames(known: readonly string[], asked?: string): string[] {
  if (asked === undefined) return SHOWN.filter((name) => known.includes(name));
  const names = asked.split(',').map((name) => name.trim());
  for (const name of names) {
    if (known.includes(name)) continue;
    const near = nearestName(name, known);
    throw new RangeError(
      `Cannot show scores as each must be one of ${known.join(', ')}: got "${name}".${near ? ` Did you mean ${near}?` : ''}`,
    );
  }
  return names;
}
