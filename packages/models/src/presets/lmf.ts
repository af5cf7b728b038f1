import type { ModelConfig } from '../model-config';

/**
 * LMF (Liu et al. 2018, "Efficient Low-rank Multimodal Fusion with Modality-Specific Factors") from the same parts as the others: a vector a
 * modality, then a low-rank map of their outer product. [LMF] is what the paper has; what differs is [ours].
 *
 *     npx trimodal train lmf --data mosi.pkl --out runs/lmf
 */
export const lmf: ModelConfig = {
  modalities: ['text', 'audio', 'vision'],
  dModel: 64, // [ours]
  encoders: {
    text: { kind: 'gru', inputDropoutRate: 0.3 }, // [LMF]: an LSTM
    audio: { kind: 'gru', inputDropoutRate: 0.3 }, // [ours]: a feed-forward network on the mean there
    vision: { kind: 'gru', inputDropoutRate: 0.3 },
  },
  disentangler: { kind: 'identity' },
  sharedBranch: { kind: 'identity' },
  privateBranch: { kind: 'identity' },
  fusion: { kind: 'low-rank', rank: 4, pooling: 'attention' }, // [LMF]: rank 4 is best or near it there; pooling [ours]
  head: { kind: 'linear', dropoutRate: 0.3 }, // [ours]: the fusion predicts by itself there
  objective: { task: 1 },
  regressionLoss: 'l1', // [LMF]
};
