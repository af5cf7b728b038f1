import type { KeepMaskSource } from './rng';

/** How a module is run. Randomness in training comes from `rng` alone; inference has none. */
export type ForwardContext = { readonly training: false } | { readonly training: true; readonly rng: KeepMaskSource };

export const INFERENCE: ForwardContext = { training: false };
