import type { Batch } from '@trimodal/data';
import type { Learner } from '../../../packages/training/src/learner';

/** A model and its data, as both sides build them. */
export type Workload = {
  /** The widths of tokens that it is measured at. */
  readonly widths: readonly number[];
  readonly training: {
    readonly learningRate: number;
    /** Of AdamW. */
    readonly weightDecay: number;
    /** Of the whole gradient; null for no clipping. */
    readonly clipNorm: number | null;
  };
  /** Whether it is trained with dropout. */
  readonly hasDropout: boolean;
  /** The same weights each time; `dropout` false sets every rate to 0, so that the losses of both sides can be compared. */
  learner(d: number, dropout: boolean): Learner;
  batch(size: number): Batch;
  /** The Python module of the mirror, and what that must know besides the weights: sizes of layers, rates, weights of terms. */
  mirror(d: number): { readonly mirror: string; readonly options: object };
};
