import type { EncoderConfig, ModelConfig } from '../model-config';

/** [relative: LNLN]: learned tokens before the sequence, of which alone the outputs are kept; the dropout is [ours]. */
const prefixTransformer: EncoderConfig = {
  kind: 'transformer',
  numLayers: 2,
  numHeads: 8,
  numPrefixTokens: 8,
  dropoutRate: 0.1,
};

/**
 * DERL as its abstract describes it (arXiv 2602.01833): hybrid experts split each modality into orthogonal shared and private parts, which vote in an
 * importance-aware fusion; an incomplete view must tell of the whole sample on several levels. What the abstract leaves open is [relative: ...] or
 * [ours]; every choice is a value here.
 *
 *     npx trimodal train derl --data mosi.pkl --out runs/derl
 */
export const derl: ModelConfig = {
  modalities: ['text', 'audio', 'vision'],
  dModel: 128, // [relative: LNLN]
  encoders: { text: prefixTransformer, audio: prefixTransformer, vision: prefixTransformer },
  disentangler: {
    kind: 'hybrid-experts', // [paper]; soft routers [relative: MoMKE]
    experts: 'mixture',
    numPrivateExperts: 3, // [ours], of each modality
    numSharedExperts: 3, // [ours]
    hiddenDim: 256, // [ours]
    dropoutRate: 0.1, // [ours]
  },
  sharedBranch: { kind: 'identity' },
  privateBranch: { kind: 'identity' },
  fusion: { kind: 'importance', weighting: 'importance', numHeads: 4, hiddenDim: 256, dropoutRate: 0.1 }, // [paper]; form [ours]
  head: { kind: 'mlp', hiddenDim: 128, dropoutRate: 0.1 }, // [ours]
  reconstruction: { kind: 'multi-level', hiddenDim: 256, dropoutRate: 0 }, // [paper]; the levels are [ours]
  objective: {
    task: 1, // of the incomplete view
    cleanTask: 1, // [ours]
    orthogonalSpaces: 0.3, // [paper]; form and weight [relative: MISA]
    alignment: 0.1, // [ours]
    expertBalance: 0.01, // [relative: Switch Transformers]
    featureReconstruction: 0.1, // [ours], after EMT-DLFR
    inputReconstruction: 0.1, // [relative: EMT-DLFR]
    representationReconstruction: 0.1, // [relative: EMT-DLFR]
    crossReconstruction: 0.1, // [relative: HRLF]
  },
  views: 'clean+masked', // [relative: EMT-DLFR]
  regressionLoss: 'l1', // [ours]
};
