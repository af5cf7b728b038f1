import type { Modality } from '@trimodal/core';
import { type Missingness, modalitySubsets } from '@trimodal/data';

/** Protocols of which a test has one condition for each rate. */
export const RATE_PROTOCOLS = ['frame-uniform', 'modality-rate'] as const;

/** Protocols by which a finished run can be tested. */
export const TEST_PROTOCOLS = [...RATE_PROTOCOLS, 'modality-subsets'] as const;
export type TestProtocol = (typeof TEST_PROTOCOLS)[number];

/** One thing to test: its name in tables, and what goes missing; nothing does where that is left out. */
export type Condition = { readonly name: string; readonly missingness?: Missingness };

/** The split as it is. */
export const WHOLE: Condition = { name: 'whole' };

export const isRateProtocol = (protocol: string): protocol is (typeof RATE_PROTOCOLS)[number] =>
  RATE_PROTOCOLS.some((name) => name === protocol);

/** What a protocol tests, in order: a condition a rate; or a condition a subset of modalities, the full one last. */
export function conditionsOf(
  protocol: TestProtocol,
  { rates, modalities }: { readonly rates: readonly number[]; readonly modalities: readonly Modality[] },
): Condition[] {
  if (isRateProtocol(protocol)) return rates.map((rate) => ({ name: String(rate), missingness: { protocol, rate } }));
  return modalitySubsets(modalities).map((subset) => ({
    name: `{${subset.map((modality) => modality[0]).join(',')}}`,
    missingness: { protocol, subset },
  }));
}

/**
 * The conditions that a protocol's mean is over: every rate; of subsets those that lack something, as the field has it.
 * A protocol with one condition has that one.
 */
export function averaged<T>(protocol: TestProtocol, conditions: readonly T[]): readonly T[] {
  return protocol === 'modality-subsets' && conditions.length > 1 ? conditions.slice(0, -1) : conditions;
}
