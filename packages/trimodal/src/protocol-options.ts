import { type Modality, nearestName } from '@trimodal/core';
import { type Condition, conditionsOf, isRateProtocol, TEST_PROTOCOLS, type TestProtocol } from '@trimodal/experiments';
import { parseRates } from './parse-rates';

export type ProtocolOptions = { readonly protocol?: string; readonly rates?: string };

export const DEFAULT_RATES = '0,0.1,...,0.9';

/** The protocols that `--protocol` names, checked before anything is loaded. @throws RangeError for an unknown one, or rates without use. */
export function parseProtocols({ protocol = 'frame-uniform,modality-subsets', rates }: ProtocolOptions): {
  readonly names: readonly TestProtocol[];
  readonly rates: readonly number[];
} {
  if (protocol === 'none' && rates === undefined) return { names: [], rates: [] };
  const words = protocol.split(',').map((word) => word.trim());
  const names = words.map((word) => {
    const name = TEST_PROTOCOLS.find((known) => known === word);
    if (name) return name;
    const near = nearestName(word, TEST_PROTOCOLS);
    throw new RangeError(
      `Cannot test runs as each protocol must be one of ${TEST_PROTOCOLS.join(', ')}: got "${word}".${near ? ` Did you mean ${near}?` : ''}`,
    );
  });
  if (rates !== undefined && !names.some(isRateProtocol)) {
    throw new RangeError(`Cannot use --rates as a protocol with rates must be tested: got ${protocol}.`);
  }
  return { names: [...new Set(names)], rates: parseRates(rates ?? DEFAULT_RATES) };
}

/** The conditions of each protocol. */
export function protocolConditions(
  { names, rates }: ReturnType<typeof parseProtocols>,
  modalities: readonly Modality[],
): Record<string, Condition[]> {
  return Object.fromEntries(names.map((name) => [name, conditionsOf(name, { rates, modalities })]));
}
