import type { ModelConfig } from '../model-config';
import { concat } from './concat';
import { dbr } from './dbr';
import { lmf } from './lmf';
import { misa } from './misa';
import { mult } from './mult';

/** The models that ship, by name. */
export const presets = { concat, dbr, lmf, misa, mult } satisfies Record<string, ModelConfig>;

export type PresetName = keyof typeof presets;
