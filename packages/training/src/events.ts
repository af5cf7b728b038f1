import type { PlainData } from './plain-data';

export type EndReason = 'completed' | 'early-stopped' | 'aborted' | 'failed';

type Scores = Readonly<Record<string, number>>;

/** The epoch that selection chose, and all its validation metrics. */
export type Best = { readonly epoch: number; readonly step: number; readonly metrics: Scores };

/** What a training run tells. Epochs and steps count from 1; a step is one of the optimiser. */
export type TrainingEvent =
  | {
      readonly type: 'run-start';
      readonly epochs: number;
      readonly config: PlainData;
      readonly configHash: string;
      /** The checkpoint that the run goes on from, and those that were refused, with the reason. */
      readonly resumedFrom?: { readonly checkpoint: string; readonly epoch: number; readonly step: number };
      readonly refused: readonly string[];
    }
  | {
      readonly type: 'step';
      readonly epoch: number;
      readonly step: number;
      readonly learningRate: number;
      readonly loss: number;
      readonly terms: Scores;
      /** A running mean. */
      readonly msPerStep: number;
      /** To the end of the last epoch; absent until the length of an epoch is known. */
      readonly msLeft?: number;
    }
  | ({ readonly type: 'epoch'; readonly isBest: boolean; readonly ms: number } & EpochRecord)
  | { readonly type: 'checkpoint'; readonly epoch: number; readonly step: number; readonly file: string }
  | {
      readonly type: 'run-end';
      readonly reason: EndReason;
      readonly epoch: number;
      readonly step: number;
      readonly best?: Best;
      /** What went wrong, if the run failed. */
      readonly error?: string;
    };

/** An epoch's numbers: means over the real samples of training, and the metrics of the validation split. */
export type EpochRecord = {
  readonly epoch: number;
  readonly step: number;
  readonly learningRate: number;
  readonly loss: number;
  readonly terms: Scores;
  readonly metrics: Scores;
};

/** An event as it is emitted: numbered through the whole run, resumed or not, and dated. */
export type StampedEvent = TrainingEvent & {
  /** Counts from 0. A resumed run goes on from its checkpoint, so later numbers written before are void. */
  readonly sequence: number;
  /** ISO 8601. */
  readonly time: string;
};
