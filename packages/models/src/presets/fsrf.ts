import type { EncoderConfig, ModelConfig } from '../model-config';

/** [relative: HRLF]: a convolution, positions and a transformer; the pool of its tokens is in the disentangler. The dropout is [ours]. */
const convTransformer: EncoderConfig = {
  kind: 'transformer',
  kernelSize: 3,
  positions: 'sinusoidal',
  numLayers: 4,
  numHeads: 8,
  dropoutRate: 0.1,
};

/**
 * FSRF as its abstract describes it (arXiv 2510.16086): each modality splits into homogeneous, heterogeneous and noisy parts under constraints, and
 * two incomplete views of a sample teach each other. What the abstract leaves open is [summary], [relative: ...] or [ours]; every choice is a value here.
 *
 *     npx trimodal train fsrf --data mosi.pkl --out runs/fsrf
 */
export const fsrf: ModelConfig = {
  modalities: ['text', 'audio', 'vision'],
  dModel: 40, // [relative: HRLF]
  encoders: { text: convTransformer, audio: convTransformer, vision: convTransformer },
  disentangler: {
    kind: 'homo-hetero', // [paper]
    hiddenDim: 80, // [ours]
    noise: true, // [paper]
    recoverAbsent: true, // [ours]
    distance: 'mmd', // [ours]
    independence: 1, // [ours]
    capacity: 1, // [ours]
    dropoutRate: 0.1, // [ours]
  },
  sharedBranch: { kind: 'identity' },
  privateBranch: { kind: 'identity' },
  fusion: { kind: 'concat' }, // [relative: HRLF]
  head: { kind: 'mlp', hiddenDim: 80, dropoutRate: 0.1 }, // [ours]
  selfDistillation: {
    kind: 'distribution-aligned', // [paper]
    alignment: 'mmd', // [ours]
    direction: 'both', // [paper]
    weighting: 'quality', // [ours]
    scores: 'scores', // [ours]
    temperature: 2, // [ours], of classes
  },
  objective: {
    task: 1, // the mean of both views
    reconstruction: 1, // [relative: HRLF]
    crossDecoding: 1, // [relative: HRLF]
    homogeneity: 0.1, // [paper]; the weights of the constraints and their designs are [ours]
    heterogeneity: 0.1,
    deRedundancy: 0.1,
    noise: 0.1,
    sufficiency: 0.1,
    // [paper]; the weights are [ours]. Transfer goes both ways, so from 0.5 on it outweighs the task, and the views agree on one score for all
    distributionAlignment: 0.1,
    transfer: 0.1,
  },
  views: 'two-masked', // [summary]
  regressionLoss: 'l1', // [ours]
};
