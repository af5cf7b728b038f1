import { checkPositiveInteger } from '@trimodal/core';

/** The memory of a schedule: plain data, kept in checkpoints. */
export type ScheduleState = Readonly<Record<string, number>>;

/** How the learning rate goes: a state machine that is told of each epoch's selection metric. */
export type Schedule = {
  init(): ScheduleState;
  /** @param step Counts from 1, the optimiser's step about to be taken. */
  learningRate(state: ScheduleState, step: number): number;
  /** The state after an epoch whose selection metric was `metric`. */
  afterEpoch(state: ScheduleState, metric: number): ScheduleState;
};

/** The same learning rate throughout. */
export function constant(learningRate: number): Schedule {
  checkLearningRate(learningRate);
  return { init: () => ({}), learningRate: () => learningRate, afterEpoch: (state) => state };
}

export type WarmupCosineOptions = {
  /** The highest learning rate, reached at the end of the warm-up. */
  readonly learningRate: number;
  readonly totalSteps: number;
  /** Steps of the linear rise; 0 for none. */
  readonly warmupSteps?: number;
  /** The learning rate of the last step. */
  readonly minimum?: number;
};

/**
 * A linear rise, then half a cosine down to `minimum` at `totalSteps`, where it stays.
 *
 * `lr(s) = peak s / warmup` for `s <= warmup`, then `min + (peak - min) (1 + cos(pi (s - warmup) / (total - warmup))) / 2`.
 *
 * Source: Loshchilov & Hutter 2017, "SGDR", without restarts. Steps count from 1, so the first step moves already.
 */
export function warmupCosine({
  learningRate,
  totalSteps,
  warmupSteps = 0,
  minimum = 0,
}: WarmupCosineOptions): Schedule {
  checkLearningRate(learningRate);
  checkPositiveInteger('build a schedule', 'totalSteps', totalSteps);
  if (!(Number.isInteger(warmupSteps) && warmupSteps >= 0 && warmupSteps < totalSteps)) {
    throw new RangeError(
      `Cannot build a schedule as warmupSteps must be an integer from 0 to below totalSteps=${totalSteps}: got ${warmupSteps}.`,
    );
  }
  return {
    init: () => ({}),
    learningRate(_, step) {
      if (step <= warmupSteps) return (learningRate * step) / warmupSteps;
      const progress = Math.min(1, (step - warmupSteps) / (totalSteps - warmupSteps));
      return minimum + ((learningRate - minimum) * (1 + Math.cos(Math.PI * progress))) / 2;
    },
    afterEpoch: (state) => state,
  };
}

export type ReduceOnPlateauOptions = {
  readonly learningRate: number;
  readonly mode?: 'min' | 'max';
  readonly factor?: number;
  /** Epochs without improvement that are borne; the next one reduces. */
  readonly patience?: number;
  readonly threshold?: number;
  /** What the threshold is a share of: the best value so far (`relative`), or nothing (`absolute`). */
  readonly thresholdMode?: 'relative' | 'absolute';
  /** Epochs after a reduction in which nothing is counted. */
  readonly cooldown?: number;
  readonly minimum?: number;
};

/**
 * Multiplies the learning rate by `factor` when the metric has stopped improving.
 *
 * Equal to torch.optim.lr_scheduler.ReduceLROnPlateau, defaults included.
 */
export function reduceOnPlateau({
  learningRate,
  mode = 'min',
  factor = 0.1,
  patience = 10,
  threshold = 1e-4,
  thresholdMode = 'relative',
  cooldown = 0,
  minimum = 0,
}: ReduceOnPlateauOptions): Schedule {
  checkLearningRate(learningRate);
  if (!(factor > 0 && factor < 1)) {
    throw new RangeError(`Cannot build a schedule as factor must lie between 0 and 1: got ${factor}.`);
  }
  const sign = mode === 'min' ? -1 : 1;
  const bar = (best: number) =>
    thresholdMode === 'relative' ? best * (1 + sign * threshold) : best + sign * threshold;
  return {
    init: () => ({ learningRate, badEpochs: 0, cooldown: 0 }),
    learningRate: (state) => state['learningRate']!,
    afterEpoch(state, metric) {
      const best = state['best'];
      const improved = best === undefined ? !Number.isNaN(metric) : sign * metric > sign * bar(best);
      const next: Record<string, number> = { ...state, badEpochs: improved ? 0 : state['badEpochs']! + 1 };
      if (improved) next['best'] = metric;
      if (state['cooldown']! > 0) {
        next['cooldown'] = state['cooldown']! - 1;
        next['badEpochs'] = 0;
      }
      if (next['badEpochs']! <= patience) return next;
      const reduced = Math.max(state['learningRate']! * factor, minimum);
      // torch ignores a change below 1e-8
      const changed = state['learningRate']! - reduced > 1e-8 ? reduced : state['learningRate']!;
      return { ...next, learningRate: changed, cooldown, badEpochs: 0 };
    },
  };
}

function checkLearningRate(learningRate: number): void {
  if (!(learningRate > 0 && learningRate < Infinity)) {
    throw new RangeError(`Cannot build a schedule as learningRate must be positive: got ${learningRate}.`);
  }
}
