export { type Clipping, clipByGlobalNorm, clipByValue } from './clipping';
export type { Learner, LearnerBatch } from './learner';
export { type AdamOptions, adam, adamW, type Optimizer, type Slots, sgd } from './optimizers';
export { type LayoutEntry, ParameterLayout } from './parameter-layout';
export type { EngineState, RestoreReport, StepEngine, StepOptions, StepResult } from './step-engine';
