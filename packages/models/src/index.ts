export { buildModel, type DataShape } from './build-model';
export { buildObjective, type Objective, type ObjectiveBatch, type ObjectiveValue } from './build-objective';
export { type ArmCheck, type ArmCheckOptions, checkArm, checkArms } from './check-arm';
export { type ConfigEdit, editConfig, parseAssignment } from './edit-config';
export { LinearHead, type LinearHeadOptions } from './linear-head';
export {
  type EncoderConfig,
  type ModelConfig,
  modelConfig,
  type ObjectiveConfig,
  type TermName,
  type Views,
} from './model-config';
export { parseConfig } from './parse-config';
export type { Pass } from './passes';
export { poolParts } from './pool-parts';
export { ablations } from './presets/ablations';
export { concat } from './presets/concat';
export { dbr } from './presets/dbr';
export { dbrAblations } from './presets/dbr-ablations';
export { derl } from './presets/derl';
export { derlAblations } from './presets/derl-ablations';
export { fsrf } from './presets/fsrf';
export { fsrfAblations } from './presets/fsrf-ablations';
export { type PresetName, presets } from './presets/index';
export { lmf } from './presets/lmf';
export { misa } from './presets/misa';
export { mult } from './presets/mult';
export { buildTaskLoss, outDimOf, type Task, type TaskLoss } from './task-loss';
export { TrimodalModel, type TrimodalOutput, type TrimodalParts } from './trimodal-model';
export { ratedViews } from './view-pair';
