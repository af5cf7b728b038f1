/** The three modalities of a speaker, always in this order. */
export const MODALITIES = ['text', 'audio', 'vision'] as const;

export type Modality = (typeof MODALITIES)[number];

/** A value for each modality that a model uses. A model of fewer modalities carries records of fewer keys. */
export type PerModality<T> = { readonly [M in Modality]?: T };

/** The modalities that a record has, in the fixed order. */
export function modalitiesOf(record: PerModality<unknown>): Modality[] {
  return MODALITIES.filter((modality) => record[modality] !== undefined);
}

/** The entries that a record has, in the fixed order. */
export function entriesOf<T>(record: PerModality<T>): [Modality, T][] {
  return MODALITIES.flatMap((modality): [Modality, T][] => {
    const value = record[modality];
    return value === undefined ? [] : [[modality, value]];
  });
}

/** The values that a record has, in the fixed order. */
export function valuesOf<T>(record: PerModality<T>): T[] {
  return entriesOf(record).map(([, value]) => value);
}

/** A record with `f` applied to every value that is there. */
export function mapModalities<A, B>(record: PerModality<A>, f: (value: A, modality: Modality) => B): PerModality<B> {
  return Object.fromEntries(entriesOf(record).map(([modality, value]) => [modality, f(value, modality)]));
}

/** A record built from a list of modalities. */
export function forModalities<T>(modalities: readonly Modality[], f: (modality: Modality) => T): PerModality<T> {
  return mapModalities(Object.fromEntries(modalities.map((modality) => [modality, modality])), f);
}

/**
 * The value of a modality that must be there.
 * @throws RangeError if the record has none.
 */
export function valueFor<T>(record: PerModality<T>, modality: Modality): T {
  const value = record[modality];
  if (value === undefined) {
    throw new RangeError(
      `Cannot take the value of ${modality} as the record must have it: got [${modalitiesOf(record).join(', ')}].`,
    );
  }
  return value;
}
