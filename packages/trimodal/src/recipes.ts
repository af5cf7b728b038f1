import { type PresetName, presets } from '@trimodal/models';
import type { RunConfig } from './run-config';

type Recipe = Omit<RunConfig, 'model' | 'seed'>;

/** Few short utterances: masked training, a rise and a fall of the learning rate, and the epoch that validates best. */
const recurrent: Recipe = {
  data: { standardize: true, missingness: { protocol: 'frame-train' }, validationMissingness: null },
  training: {
    batchSize: 32,
    maxEpochs: 20,
    accumulationSteps: 1,
    learningRate: 1e-3,
    optimizer: { kind: 'adamw', weightDecay: 1e-3 },
    schedule: { kind: 'warmup-cosine', warmupRate: 0.1 },
    clipping: { kind: 'global-norm', limit: 1 },
    patience: null,
    selection: { metric: 'mae', mode: 'min' },
  },
};

/** How each preset is trained, unless told otherwise; learning rates by held-out videos of the training split. */
const recipes: Record<PresetName, Recipe> = {
  concat: recurrent,
  derl: recurrent,
  fsrf: { ...recurrent, data: { ...recurrent.data, missingness: { protocol: 'mixed' } } },
  lmf: recurrent,
  misa: recurrent,
  mult: recurrent,
  dbr: { ...recurrent, training: { ...recurrent.training, learningRate: 2e-3 } },
};

/** The whole configuration of a preset. */
export function presetRun(name: PresetName, seed = 1111): RunConfig {
  return { seed, model: presets[name], ...recipes[name] };
}
