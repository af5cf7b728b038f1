import { MODALITIES } from '@trimodal/core';
import { z } from 'zod';

const count = z.int().min(1);
const rate = z.number().min(0).max(1);
const kind = z.literal;
const pooling = z.enum(['mean', 'attention']).exactOptional();

/** As @trimodal/data makes them. */
const VIEWS = ['single', 'clean+masked', 'two-masked'] as const;
export type Views = (typeof VIEWS)[number];

/** How the features of one modality become tokens `[b, t, dModel]`. */
export const encoderConfig = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: kind('transformer'),
    numLayers: count,
    numHeads: count,
    hiddenDim: count.exactOptional(),
    /** Of the convolution that makes tokens; 1 is a linear map. */
    kernelSize: count.exactOptional(),
    /** Learned tokens put before the sequence; if there are any, only they are returned (LNLN). */
    numPrefixTokens: z.int().min(0).exactOptional(),
    positions: z.enum(['sinusoidal', 'learned', 'none']).exactOptional(),
    dropoutRate: rate.exactOptional(),
  }),
  z.strictObject({
    kind: kind('temporal-conv'),
    kernelSize: count.exactOptional(),
    numLayers: count.exactOptional(),
    dropoutRate: rate.exactOptional(),
  }),
  z.strictObject({
    kind: kind('gru'),
    numLayers: count.exactOptional(),
    bidirectional: z.boolean().exactOptional(),
    /** Of the features. */
    inputDropoutRate: rate.exactOptional(),
    /** Of the output of every layer. */
    dropoutRate: rate.exactOptional(),
  }),
  z.strictObject({ kind: kind('linear'), inputDropoutRate: rate.exactOptional() }),
]);
export type EncoderConfig = z.infer<typeof encoderConfig>;

/** How tokens split into a shared and a private part. */
export const disentanglerConfig = z.discriminatedUnion('kind', [
  /** All tokens are private: there is no shared part. */
  z.strictObject({ kind: kind('identity') }),
  z.strictObject({
    kind: kind('shared-private'),
    encoder: z.enum(['transformer', 'mlp']).exactOptional(),
    /** Of transformers alone. */
    numLayers: count.exactOptional(),
    /** Of transformers alone. */
    numHeads: count.exactOptional(),
    hiddenDim: count.exactOptional(),
    dropoutRate: rate.exactOptional(),
  }),
  /** Parts that are mixtures of experts (DERL). */
  z.strictObject({
    kind: kind('hybrid-experts'),
    /** Which parts are made. */
    slots: z
      .array(z.enum(['shared', 'private']))
      .min(1)
      .exactOptional(),
    experts: z.enum(['mixture', 'mlp']).exactOptional(),
    /** Of each modality. */
    numPrivateExperts: count.exactOptional(),
    numSharedExperts: count.exactOptional(),
    hiddenDim: count.exactOptional(),
    topK: count.exactOptional(),
    dropoutRate: rate.exactOptional(),
  }),
  /** Homogeneous, heterogeneous and noisy parts, one vector a modality (FSRF). */
  z.strictObject({
    kind: kind('homo-hetero'),
    hiddenDim: count.exactOptional(),
    /** Whether there is a noisy part. */
    noise: z.boolean().exactOptional(),
    /** Whether the homogeneous part of an absent modality is made of those that are there. */
    recoverAbsent: z.boolean().exactOptional(),
    /** What the term `homogeneity` measures. */
    distance: z.enum(['mmd', 'cmd']).exactOptional(),
    /** What the dependence of two heterogeneous parts counts in the term `heterogeneity`. */
    independence: z.number().min(0).exactOptional(),
    /** What the bound of what the noisy part can hold counts in the term `noise`. */
    capacity: z.number().min(0).exactOptional(),
    dropoutRate: rate.exactOptional(),
  }),
]);
export type DisentanglerConfig = z.infer<typeof disentanglerConfig>;

export const sharedBranchConfig = z.discriminatedUnion('kind', [
  z.strictObject({ kind: kind('identity') }),
  z.strictObject({
    kind: kind('tsf'),
    numHeads: count.exactOptional(),
    kernelSize: count.exactOptional(),
    dilations: z.array(count).min(1).exactOptional(),
    temporal: z.enum(['conv', 'gru']).exactOptional(),
    paths: z.enum(['both', 'temporal', 'structural']).exactOptional(),
    gate: z.enum(['learned', 'half']).exactOptional(),
    dropoutRate: rate.exactOptional(),
  }),
]);

export const privateBranchConfig = z.discriminatedUnion('kind', [
  z.strictObject({ kind: kind('identity') }),
  z.strictObject({
    kind: kind('agpr'),
    numHeads: count.exactOptional(),
    maxBorrow: rate.exactOptional(),
    borrowBias: z.number().exactOptional(),
    anchor: z.enum(['pooled', ...MODALITIES]).exactOptional(),
    borrow: z.enum(['gated', 'none', 'uncontrolled']).exactOptional(),
    dropoutRate: rate.exactOptional(),
  }),
]);

export const fusionConfig = z.discriminatedUnion('kind', [
  z.strictObject({ kind: kind('concat'), pooling }),
  z.strictObject({ kind: kind('gated'), pooling }),
  z.strictObject({
    kind: kind('attention'),
    hiddenDim: count.exactOptional(),
    pooling,
  }),
  z.strictObject({
    kind: kind('importance'),
    numHeads: count.exactOptional(),
    hiddenDim: count.exactOptional(),
    weighting: z.enum(['importance', 'mean']).exactOptional(),
    pooling,
    dropoutRate: rate.exactOptional(),
  }),
  z.strictObject({
    kind: kind('low-rank'),
    rank: count.exactOptional(),
    outDim: count.exactOptional(),
    pooling,
  }),
  z.strictObject({
    kind: kind('transformer'),
    numHeads: count.exactOptional(),
    numLayers: count.exactOptional(),
    hiddenDim: count.exactOptional(),
    pooling,
    dropoutRate: rate.exactOptional(),
  }),
  z.strictObject({
    kind: kind('cross-modal'),
    numHeads: count.exactOptional(),
    /** Of each modality that reads another. */
    numLayers: count.exactOptional(),
    /** Of what a modality has read. */
    numSelfLayers: count.exactOptional(),
    hiddenDim: count.exactOptional(),
    positions: z.enum(['sinusoidal', 'none']).exactOptional(),
    pooling,
    dropoutRate: rate.exactOptional(),
  }),
  z.strictObject({
    kind: kind('brf'),
    numHeads: count.exactOptional(),
    directions: z.enum(['both', 'shared-to-private', 'private-to-shared', 'none']).exactOptional(),
    weighting: z.enum(['context', 'half']).exactOptional(),
    dropoutRate: rate.exactOptional(),
  }),
]);

export const headConfig = z.discriminatedUnion('kind', [
  z.strictObject({ kind: kind('linear'), dropoutRate: rate.exactOptional() }),
  z.strictObject({ kind: kind('mlp'), hiddenDim: count, dropoutRate: rate.exactOptional() }),
]);

/** What decodes the whole sample from the parts of an incomplete view, for the levels that the objective weighs. */
export const reconstructionConfig = z.discriminatedUnion('kind', [
  z.strictObject({ kind: kind('none') }),
  z.strictObject({
    kind: kind('multi-level'),
    hiddenDim: count.exactOptional(),
    dropoutRate: rate.exactOptional(),
  }),
]);

/** What two views of a sample learn from each other. */
export const selfDistillationConfig = z.discriminatedUnion('kind', [
  z.strictObject({ kind: kind('none') }),
  z.strictObject({
    kind: kind('distribution-aligned'),
    /** The distance of the distributions of two views. */
    alignment: z.enum(['mmd', 'sliced-wasserstein', 'gaussian-js']).exactOptional(),
    /** Which view teaches: the first is the whole sample with `clean+masked` views. */
    direction: z.enum(['both', 'a-to-b', 'b-to-a']).exactOptional(),
    /** Whether the better view of a sample teaches more. */
    weighting: z.enum(['quality', 'equal']).exactOptional(),
    /** How two scores are compared. */
    scores: z.enum(['scores', 'score-histogram']).exactOptional(),
    /** The bounds of scores, of histograms alone. */
    range: z.tuple([z.number(), z.number()]).exactOptional(),
    /** Of classes and histograms. */
    temperature: z.number().positive().exactOptional(),
  }),
]);

const weight = z.number().min(0).exactOptional();

/** The weight of each term of the objective by its name; a term of weight 0, or not named, is not computed. */
export const objectiveConfig = z.strictObject({
  /** The task loss of the prediction. */
  task: z.number().positive(),
  /** The task loss of the prediction from the whole sample, beside that from the incomplete one; `clean+masked` views alone. */
  cleanTask: weight,
  /** The task loss of a head on the shared and one on the private branch (DBR). */
  branchTask: weight,
  /** Parts as their disentangler decodes them against the tokens they came from. */
  reconstruction: weight,
  /** The same with the shared part of another modality (FSRF). */
  crossDecoding: weight,
  /** The private part of decoded tokens against the private part they were decoded from (DMD). */
  cycle: weight,
  /** A token's shared part and its private part are orthogonal (DMD). */
  orthogonality: weight,
  /** Pooled shared and private parts of one modality don't vary together (MISA). */
  decorrelation: weight,
  /** No two of the pooled parts vary together: shared and private of one modality, private of two (DERL, MISA). */
  orthogonalSpaces: weight,
  /** Shared parts of all modalities have one distribution (CMD, MISA). */
  alignment: weight,
  /** DERL: no expert does all the work. */
  expertBalance: weight,
  /** The tokens of the whole sample, decoded from the parts of the incomplete view (DERL). */
  featureReconstruction: weight,
  /** The features of dropped steps, decoded from the parts of what is left (DERL). */
  inputReconstruction: weight,
  /** The parts of either view, predicted from those of the other (DERL). */
  representationReconstruction: weight,
  /** The tokens of the whole sample, decoded with the shared part of another modality (DERL). */
  crossReconstruction: weight,
  /** FSRF: homogeneous parts of all modalities have one distribution. */
  homogeneity: weight,
  /** FSRF: heterogeneous parts tell their modality, and nothing of one another. */
  heterogeneity: weight,
  /** FSRF: the parts of a modality don't vary together. */
  deRedundancy: weight,
  /** FSRF: the noisy part doesn't tell the label, and can't hold all there is. */
  noise: weight,
  /** FSRF: the homogeneous part alone tells the label, and so does the heterogeneous one. */
  sufficiency: weight,
  /** TSF: the temporal and the structural path carry different things. */
  pathOverlap: weight,
  /** AGPR: a routed private part stays near its anchor. */
  anchorPreservation: weight,
  /** AGPR: a routed private part does not carry the shared part. */
  antiLeakage: weight,
  /** AGPR: what is borrowed costs. */
  borrowCost: weight,
  /** Parts and what they are fused to are distributed alike in both views (FSRF). */
  distributionAlignment: weight,
  /** The prediction from one view teaches that from the other (FSRF). */
  transfer: weight,
  /** What is fused of one view teaches what is fused of the other. */
  representationTransfer: weight,
});

/** A model as plain data: what each part is, and what it is trained for. */
export const modelConfig = z.strictObject({
  /** The modalities that the model uses. */
  modalities: z.array(z.enum(MODALITIES)).min(1),
  /** Width of the tokens. */
  dModel: count,
  /** One encoder a modality; those of modalities that are not used are ignored. */
  encoders: z.strictObject({ text: encoderConfig, audio: encoderConfig, vision: encoderConfig }),
  disentangler: disentanglerConfig,
  sharedBranch: sharedBranchConfig,
  privateBranch: privateBranchConfig,
  fusion: fusionConfig,
  head: headConfig,
  /** By default none. */
  reconstruction: reconstructionConfig.exactOptional(),
  /** By default none. */
  selfDistillation: selfDistillationConfig.exactOptional(),
  objective: objectiveConfig,
  /**
   * The passes that the objective compares: one; the whole sample and an incomplete one (DERL), of which the incomplete one learns; or two
   * incomplete ones (FSRF), which both learn. By default one.
   */
  views: z.enum(VIEWS).exactOptional(),
  /** The task loss of a regression; classification takes cross-entropy. */
  regressionLoss: z.enum(['l1', 'mse', 'smooth-l1']),
});
export type ModelConfig = z.infer<typeof modelConfig>;
export type ObjectiveConfig = ModelConfig['objective'];
export type TermName = keyof ObjectiveConfig;
