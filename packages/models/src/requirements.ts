import type { Slot } from '@trimodal/fusion';
import type { ModelConfig, Views } from './model-config';
import { slotsOf } from './slots';

/** What is wrong with a config that wants a term, if anything is. */
export type Requirement = (config: ModelConfig) => string | undefined;

type Part = 'disentangler' | 'sharedBranch' | 'privateBranch' | 'reconstruction' | 'selfDistillation';

/** A part is of one of some kinds. */
export const partOf =
  (part: Part, ...kinds: readonly string[]): Requirement =>
  (config) => {
    const kind = config[part]?.kind ?? 'none';
    return kinds.includes(kind) ? undefined : `needs ${part}.kind "${kinds.join('" or "')}": got "${kind}"`;
  };

/** The disentangler makes some kinds of part. */
export const parts =
  (...slots: readonly Slot[]): Requirement =>
  ({ disentangler }) => {
    const missing = slots.find((slot) => !slotsOf(disentangler).includes(slot));
    return missing && `needs a disentangler that makes a ${missing} part: got disentangler.kind "${disentangler.kind}"`;
  };

/** A part has as many tokens as its encoder made. */
export const tokenwise: Requirement = ({ disentangler: { kind } }) =>
  kind === 'homo-hetero' ? `needs a disentangler that keeps the tokens: got disentangler.kind "${kind}"` : undefined;

/** A step has some kind of views. */
export const views =
  (...kinds: readonly Views[]): Requirement =>
  ({ views: kind = 'single' }) =>
    kinds.includes(kind) ? undefined : `needs views "${kinds.join('" or "')}": got "${kind}"`;

export const all =
  (...requirements: readonly Requirement[]): Requirement =>
  (config) =>
    requirements.map((requirement) => requirement(config)).find((problem) => problem !== undefined);
