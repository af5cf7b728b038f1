import { mapModalities, Rng } from '@trimodal/core';
import { paddedRows, randomBatch } from './batch';
import { DIMS, encoderModel } from './encoder-model';
import type { Workload } from './workload';

const TIME = 50;
const OPTIONS = { numHeads: 4, pooling: 'mean' } as const;

/** Aligned sequences of 50 steps, of half to full length, means of their tokens. */
export const encoder: Workload = {
  widths: [64, 128],
  training: { learningRate: 1e-3, weightDecay: 0.01, clipNorm: null },
  hasDropout: false,
  learner: (d) => encoderModel({ d, ...OPTIONS }),
  batch(size) {
    const rng = new Rng(5);
    const lengths = Array.from({ length: size }, () => TIME / 2 + rng.int(TIME / 2 + 1));
    return randomBatch(
      mapModalities(DIMS, (dim) => ({ time: TIME, dim, rows: paddedRows(lengths, TIME) })),
      rng,
    );
  },
  mirror: (d) => ({ mirror: 'encoder', options: { d, ...OPTIONS } }),
};
