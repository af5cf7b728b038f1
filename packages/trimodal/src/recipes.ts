import { type PresetName, presets } from '@trimodal/models';
import type { RunConfig } from './run-config';

type Recipe = Omit<RunConfig, 'model' | 'seed'>;

/** How each preset is trained, unless told otherwise. */
const recipes: Record<PresetName, Recipe> = {
  concat: {
    data: { standardize: true, missingness: { protocol: 'frame-train' }, validationMissingness: null },
    training: {
      batchSize: 32,
      maxEpochs: 40,
      accumulationSteps: 1,
      learningRate: 1e-3,
      optimizer: { kind: 'adamw', weightDecay: 1e-3 },
      schedule: { kind: 'constant' },
      clipping: { kind: 'global-norm', limit: 1 },
      patience: 10,
      selection: { metric: 'mae', mode: 'min' },
    },
  },
  dbr: {
    data: { standardize: true, missingness: { protocol: 'frame-train' }, validationMissingness: null },
    training: {
      batchSize: 32,
      maxEpochs: 40,
      accumulationSteps: 1,
      learningRate: 5e-4,
      optimizer: { kind: 'adamw', weightDecay: 1e-3 },
      schedule: { kind: 'reduce-on-plateau', factor: 0.5, patience: 5 },
      clipping: { kind: 'global-norm', limit: 1 },
      patience: 10,
      selection: { metric: 'mae', mode: 'min' },
    },
  },
};

/** The whole configuration of a preset. */
export function presetRun(name: PresetName, seed = 1111): RunConfig {
  return { seed, model: presets[name], ...recipes[name] };
}
