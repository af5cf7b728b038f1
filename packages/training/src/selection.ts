import { nearestName } from '@trimodal/core';

/** Which metric of the validation split chooses the epoch. */
export type Selection = { readonly metric: string; readonly mode: 'min' | 'max' };

export type EarlyStopping = {
  /** Epochs without improvement after which the run stops. */
  readonly patience: number;
  /** What counts as improvement is better than the best by more than this. */
  readonly minDelta?: number;
};

/** The memory of early stopping: plain data, kept in checkpoints. */
export type PatienceState = { readonly best?: number; readonly badEpochs: number };

/** True if `value` is better than `best` by more than `minDelta`; NaN never is. */
export function improves(value: number, best: number | undefined, mode: 'min' | 'max', minDelta = 0): boolean {
  if (best === undefined) return !Number.isNaN(value);
  return mode === 'min' ? value < best - minDelta : value > best + minDelta;
}

/** The state after an epoch whose selection metric was `value`. */
export function afterEpoch(
  state: PatienceState,
  value: number,
  mode: 'min' | 'max',
  { minDelta = 0 }: Pick<EarlyStopping, 'minDelta'>,
): PatienceState {
  return improves(value, state.best, mode, minDelta)
    ? { best: value, badEpochs: 0 }
    : { ...state, badEpochs: state.badEpochs + 1 };
}

/** The value of the metric that selects. @throws RangeError if there is none of its name. */
export function selectedValue(metrics: Readonly<Record<string, number>>, { metric }: Selection): number {
  const value = metrics[metric];
  if (value === undefined) {
    const nearest = nearestName(metric, Object.keys(metrics));
    throw new RangeError(
      `Cannot select an epoch as the validation metrics must have ${metric}: got [${Object.keys(metrics).join(', ')}]${
        nearest ? `; did you mean ${nearest}` : ''
      }.`,
    );
  }
  return value;
}
