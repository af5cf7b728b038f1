import { type ConfigEdit, type PresetName, presets } from '@trimodal/models';
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

/** How each preset is trained, unless told otherwise; the learning rates of concat and dbr by held-out videos of the training split. */
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

/** Arms of an ablation that are trained in another way: edits of the run, not of the model alone. */
export const trainingArms: Readonly<Partial<Record<PresetName, Readonly<Record<string, ConfigEdit>>>>> = {
  derl: {
    'clean-only training': {
      model: {
        views: 'single',
        reconstruction: { kind: 'none' },
        objective: {
          cleanTask: 0,
          featureReconstruction: 0,
          inputReconstruction: 0,
          representationReconstruction: 0,
          crossReconstruction: 0,
        },
      },
      data: { missingness: null },
    },
  },
};
