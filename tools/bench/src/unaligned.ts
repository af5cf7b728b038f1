import { mapModalities, Rng } from '@trimodal/core';
import { paddedRows, randomBatch } from './batch';
import { DIMS, encoderModel } from './encoder-model';
import type { Workload } from './workload';

const TIMES = { text: 50, audio: 375, vision: 500 };
const OPTIONS = { numHeads: 8, pooling: 'attention' } as const;

/** The encoder on sequences of three lengths, each half to fully observed, pooled by attention. */
export const unaligned: Workload = {
  widths: [128],
  training: { learningRate: 1e-3, weightDecay: 0.01, clipNorm: null },
  hasDropout: false,
  learner: (d) => encoderModel({ d, ...OPTIONS }),
  batch(size) {
    const rng = new Rng(5);
    const shares = Array.from({ length: size }, () => (1 + rng.uniform()) / 2);
    return randomBatch(
      mapModalities(DIMS, (dim, modality) => {
        const time = TIMES[modality];
        const lengths = shares.map((share) => Math.ceil(share * time));
        return { time, dim, rows: paddedRows(lengths, time) };
      }),
      rng,
    );
  },
  mirror: (d) => ({ mirror: 'encoder', options: { d, ...OPTIONS } }),
};
