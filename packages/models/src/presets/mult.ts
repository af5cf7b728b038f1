import type { ModelConfig } from '../model-config';

/**
 * MulT (Tsai et al. 2019, "Multimodal Transformer for Unaligned Multimodal Language Sequences") from the same parts as the others: a convolution a
 * modality, then every modality reads each of the others. [MulT] is what the paper has; what differs is [ours].
 *
 *     npx trimodal train mult --data mosi.pkl --out runs/mult
 */
export const mult: ModelConfig = {
  modalities: ['text', 'audio', 'vision'],
  dModel: 40, // [MulT]
  encoders: {
    // [MulT]: one convolution of kernel 1 to 5; the dropout is [ours]
    text: { kind: 'temporal-conv', kernelSize: 3, dropoutRate: 0.3 },
    audio: { kind: 'temporal-conv', kernelSize: 3, dropoutRate: 0.3 },
    vision: { kind: 'temporal-conv', kernelSize: 3, dropoutRate: 0.3 },
  },
  disentangler: { kind: 'identity' },
  sharedBranch: { kind: 'identity' },
  privateBranch: { kind: 'identity' },
  fusion: {
    kind: 'cross-modal', // [MulT]
    numHeads: 8, // [MulT]: 5 to 10
    numLayers: 2, // [ours]: 4 there; short utterances of few samples
    numSelfLayers: 1, // [ours]: 3 or more there
    positions: 'sinusoidal', // [MulT]
    pooling: 'mean', // [ours]: the last token there
    dropoutRate: 0.3, // [ours]
  },
  head: { kind: 'linear', dropoutRate: 0.3 }, // [MulT]; the dropout is [ours]
  objective: { task: 1 },
  regressionLoss: 'l1', // [MulT]
};
