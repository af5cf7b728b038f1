import type { Slot } from '@trimodal/fusion';
import type { DisentanglerConfig, ModelConfig } from './model-config';

/** The kinds of part that a disentangler makes. */
export function slotsOf(config: DisentanglerConfig): readonly Slot[] {
  switch (config.kind) {
    case 'identity':
      return ['private'];
    case 'hybrid-experts':
      return config.slots ?? ['shared', 'private'];
    default:
      return ['shared', 'private'];
  }
}

/** The kinds of part that must be there for a branch or a fusion; the others take what there is. */
const READS: Readonly<Record<string, readonly Slot[]>> = {
  tsf: ['shared'],
  agpr: ['private'],
  brf: ['shared', 'private'],
};

/** @throws RangeError if a branch or the fusion reads a kind of part that the disentangler doesn't make. */
export function checkSlots(config: ModelConfig): void {
  const made = slotsOf(config.disentangler);
  for (const part of ['sharedBranch', 'privateBranch', 'fusion'] as const) {
    const { kind } = config[part];
    const missing = READS[kind]?.find((slot) => !made.includes(slot));
    if (missing) {
      throw new RangeError(
        `Cannot build the model as ${part}.kind "${kind}" needs a disentangler that makes a ${missing} part: got disentangler.kind "${config.disentangler.kind}"${made.length === 1 ? `, which makes the ${made[0]} part alone` : ''}.`,
      );
    }
  }
}
