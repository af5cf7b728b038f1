export { type Checkpoint, CheckpointError, CheckpointStore, checkpointName, type Progress } from './checkpoint-store';
export { type Clipping, clipByGlobalNorm, clipByValue } from './clipping';
export { type CompiledStepOptions, createCompiledStep } from './compiled-step';
export { DivergedError } from './diverged-error';
export { createEagerStep, type EagerStepOptions } from './eager-step';
export { type Metrics, type Predictions, predictAll } from './evaluate';
export type { Best, EndReason, EpochRecord, StampedEvent, TrainingEvent } from './events';
export { type BatchSource, type FitOptions, type FitResult, fit } from './fit';
export { JsonlEventWriter } from './jsonl-event-writer';
export type { Learner, LearnerBatch } from './learner';
export { coefficientsFor, restoreOptimizer, restoreReport, storeOptimizer } from './optimizer-state';
export { type AdamOptions, adam, adamW, type Optimizer, type Slots, sgd } from './optimizers';
export { type LayoutEntry, ParameterLayout } from './parameter-layout';
export type { PlainData } from './plain-data';
export {
  constant,
  type ReduceOnPlateauOptions,
  reduceOnPlateau,
  type Schedule,
  type ScheduleState,
  type WarmupCosineOptions,
  warmupCosine,
} from './schedules';
export type { EarlyStopping, Selection } from './selection';
export type { EngineState, RestoreReport, StepEngine, StepOptions, StepResult } from './step-engine';
