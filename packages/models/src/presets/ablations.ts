import type { ConfigEdit } from '../edit-config';
import { dbrAblations } from './dbr-ablations';
import { derlAblations } from './derl-ablations';
import { fsrfAblations } from './fsrf-ablations';
import { type PresetName, presets } from './index';

/** What each preset is without one of its modalities. */
function withoutModality(name: PresetName): Record<string, ConfigEdit> {
  const { modalities } = presets[name];
  return Object.fromEntries(
    modalities.map((modality) => [`w/o ${modality}`, { modalities: modalities.filter((other) => other !== modality) }]),
  );
}

const named: Readonly<Record<PresetName, Readonly<Record<string, ConfigEdit>>>> = {
  concat: { 'attention pooling -> mean': { fusion: { pooling: 'mean' } } },
  dbr: dbrAblations,
  derl: derlAblations,
  fsrf: fsrfAblations,
  lmf: { 'low-rank -> concat': { fusion: { kind: 'concat', pooling: 'attention' } } },
  misa: {
    'w/o difference loss': { objective: { orthogonalSpaces: 0 } },
    'w/o similarity loss': { objective: { alignment: 0 } },
    'w/o reconstruction': { objective: { reconstruction: 0 } },
    'transformer -> concat': { fusion: { kind: 'concat' } },
  },
  mult: { 'cross-modal -> concat': { fusion: { kind: 'concat' } } },
};

/** The arms of an ablation of each preset: named edits of its config, and one for each modality that it uses. */
export const ablations: Readonly<Record<PresetName, Readonly<Record<string, ConfigEdit>>>> = Object.fromEntries(
  Object.entries(named).map(([name, arms]) => [name, { ...arms, ...withoutModality(name as PresetName) }]),
) as Record<PresetName, Record<string, ConfigEdit>>;
