import type { StepResult } from './step-engine';

/** Loss and terms, summed over real samples. */
export type Sums = {
  readonly samples: number;
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
};

export const NO_SUMS: Sums = { samples: 0, loss: 0, terms: {} };

export function addSums(a: Sums, b: Sums): Sums {
  const terms = mapTerms(b.terms, (value, name) => (a.terms[name] ?? 0) + value);
  return { samples: a.samples + b.samples, loss: a.loss + b.loss, terms: { ...a.terms, ...terms } };
}

/** Adds what a step found for a batch of `samples`. */
export function addStep(sums: Sums, { loss, terms }: StepResult, samples: number): Sums {
  return addSums(sums, { samples, loss: loss * samples, terms: mapTerms(terms, (value) => value * samples) });
}

export function meansOf({ samples, loss, terms }: Sums): Pick<Sums, 'loss' | 'terms'> {
  return { loss: loss / samples, terms: mapTerms(terms, (value) => value / samples) };
}

function mapTerms(terms: Sums['terms'], f: (value: number, name: string) => number): Sums['terms'] {
  return Object.fromEntries(Object.entries(terms).map(([name, value]) => [name, f(value, name)]));
}
