import type { ModelConfig } from '../model-config';

/**
 * MISA (Hazarika et al. 2020, "MISA: Modality-Invariant and -Specific Representations") from the same parts as the others: shared and private
 * parts, told apart by their difference loss and brought together by CMD, decoded, and read by a small transformer.
 * [MISA] is what its published code has; what differs is [ours].
 *
 *     npx trimodal train misa --data mosi.pkl --out runs/misa
 */
export const misa: ModelConfig = {
  modalities: ['text', 'audio', 'vision'],
  dModel: 64, // [ours]: 128 there
  encoders: {
    // [ours]: two stacked bidirectional LSTMs there
    text: { kind: 'gru', inputDropoutRate: 0.3 },
    audio: { kind: 'gru', inputDropoutRate: 0.3 },
    vision: { kind: 'gru', inputDropoutRate: 0.3 },
  },
  disentangler: {
    kind: 'shared-private', // [MISA]; [ours]: of each token, where MISA splits one vector an utterance
    encoder: 'mlp',
    hiddenDim: 64,
    dropoutRate: 0.3,
  },
  sharedBranch: { kind: 'identity' },
  privateBranch: { kind: 'identity' },
  fusion: { kind: 'transformer', numHeads: 2, numLayers: 1, dropoutRate: 0.3 }, // [MISA]: one layer, two heads
  head: { kind: 'mlp', hiddenDim: 64, dropoutRate: 0.3 },
  objective: {
    task: 1,
    orthogonalSpaces: 0.3, // [MISA]
    alignment: 1, // [MISA]
    reconstruction: 1, // [MISA]
  },
  regressionLoss: 'l1', // [ours], as the other presets; MSE there
};
