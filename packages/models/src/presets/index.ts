import type { ModelConfig } from '../model-config';
import { concat } from './concat';
import { dbr } from './dbr';

/** The models that ship, by name. */
export const presets = { concat, dbr } satisfies Record<string, ModelConfig>;

export type PresetName = keyof typeof presets;
