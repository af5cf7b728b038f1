import type { ModelConfig } from '../model-config';
import { concat } from './concat';
import { dbr } from './dbr';
import { derl } from './derl';
import { fsrf } from './fsrf';
import { lmf } from './lmf';
import { misa } from './misa';
import { mult } from './mult';

export type PresetName = 'concat' | 'dbr' | 'derl' | 'fsrf' | 'lmf' | 'misa' | 'mult';

/** The models that ship, by name. */
export const presets: Readonly<Record<PresetName, ModelConfig>> = { concat, dbr, derl, fsrf, lmf, misa, mult };
