import type { ModelConfig } from '../model-config';

/**
 * The honest yardstick: a bidirectional GRU a modality, attention pooling, concatenation, a small head. No disentangling.
 *
 *     npx trimodal train concat --data mosi.pkl --out runs/concat
 */
export const concat: ModelConfig = {
  modalities: ['text', 'audio'],
  dModel: 128, // 64 a direction
  encoders: {
    text: { kind: 'gru', bidirectional: true, inputDropoutRate: 0.3 },
    audio: { kind: 'gru', bidirectional: true, inputDropoutRate: 0.3 },
    vision: { kind: 'gru', bidirectional: true, inputDropoutRate: 0.3 },
  },
  disentangler: { kind: 'identity' },
  sharedBranch: { kind: 'identity' },
  privateBranch: { kind: 'identity' },
  fusion: { kind: 'concat', pooling: 'attention' },
  head: { kind: 'mlp', hiddenDim: 64, dropoutRate: 0.3 },
  objective: { task: 1 },
  regressionLoss: 'l1',
};
