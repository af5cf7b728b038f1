import { MODALITIES } from '@trimodal/core';
import { modelConfig } from '@trimodal/models';
import { z } from 'zod';

const positive = z.number().positive();
const count = z.int().min(1);
const rate = z.number().min(0).max(1);

/** The scores of a regression, then those of a classification. */
const METRICS = [
  ...(['mae', 'corr', 'acc7', 'acc5', 'acc2NonZero', 'acc2HasZero', 'f1NonZero', 'f1HasZero'] as const),
  ...(['accuracy', 'f1Macro', 'f1Weighted'] as const),
  ...(['precisionMacro', 'precisionWeighted', 'recallMacro', 'recallWeighted'] as const),
] as const;

/** What goes missing; see `Missingness` in @trimodal/data for each protocol. */
const missingness = z.discriminatedUnion('protocol', [
  z.strictObject({ protocol: z.enum(['frame-uniform', 'frame-per-rate', 'modality-rate']), rate }),
  z.strictObject({ protocol: z.literal('frame-train') }),
  z.strictObject({ protocol: z.literal('modality-subsets'), subset: z.array(z.enum(MODALITIES)).exactOptional() }),
  z.strictObject({ protocol: z.literal('mixed'), rate: rate.exactOptional() }),
]);

/** All that a run is made of: with the data and the backend, it determines every number. */
export const runConfig = z.strictObject({
  /** Of weights, order, dropout and missingness; each has a stream of its own. */
  seed: z.int(),
  model: modelConfig,
  data: z.strictObject({
    /** Every feature gets mean 0 and variance 1 by the observed steps of the training split. */
    standardize: z.boolean(),
    /** What goes missing in training, drawn anew each epoch; null for nothing. */
    missingness: missingness.nullable(),
    /** What is missing in validation, one draw for the run; null for nothing. */
    validationMissingness: missingness.nullable(),
    /** Cross-validation over the videos of train and valid, instead of the splits of the file; see `foldByGroup` in @trimodal/data. */
    fold: z.strictObject({ folds: z.int().min(2), fold: z.int().min(0), half: z.literal([0, 1]) }).exactOptional(),
  }),
  training: z.strictObject({
    batchSize: count,
    maxEpochs: count,
    /** Batches whose gradients make one step. */
    accumulationSteps: count,
    learningRate: positive,
    optimizer: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('adamw'), weightDecay: z.number().min(0) }),
      z.strictObject({ kind: z.literal('adam'), weightDecay: z.number().min(0) }),
    ]),
    schedule: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('constant') }),
      /** A linear rise over a share of all steps, then half a cosine to 0. */
      z.strictObject({ kind: z.literal('warmup-cosine'), warmupRate: rate.lt(1) }),
      /** The learning rate times `factor` after `patience` epochs without a better validation metric. */
      z.strictObject({ kind: z.literal('reduce-on-plateau'), factor: z.number().gt(0).lt(1), patience: count }),
    ]),
    clipping: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('none') }),
      z.strictObject({ kind: z.literal('global-norm'), limit: positive }),
      z.strictObject({ kind: z.literal('value'), limit: positive }),
    ]),
    /** Epochs without a better validation metric after which the run stops; null to go on to the last. */
    patience: count.nullable(),
    /** The validation metric that chooses the epoch. */
    selection: z.strictObject({ metric: z.enum(METRICS), mode: z.enum(['min', 'max']) }),
  }),
});
export type RunConfig = z.infer<typeof runConfig>;

export type MissingnessConfig = z.infer<typeof missingness>;
