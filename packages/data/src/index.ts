export { type Batch, type BatchTensors, type BatchView, toTensors, viewTensors } from './batch';
export { type BatchOptions, batches, countBatches, VIEWS, type Views } from './batcher';
export { createDataset, type Dataset, type DatasetOptions, type DatasetSplit } from './dataset';
export type { CleanedCounts } from './feature-rows';
export type { FeatureStatistics } from './feature-statistics';
export { type FoldOptions, foldByGroup, videoOf } from './fold-by-group';
export { MemoryRows } from './memory-rows';
export {
  checkMissingness,
  MISSINGNESS_PROTOCOLS,
  type Missingness,
  type MissingnessProtocol,
  type MissingnessSampler,
  modalitySubsets,
} from './missingness';
export {
  decodeMissingnessPlan,
  encodeMissingnessPlan,
  type MissingnessPlan,
  type MissingnessPlanOptions,
  missingnessPlan,
  type PlanMasks,
  type PlanSummary,
} from './missingness-plan';
export { type MissingnessSamplerOptions, missingnessSampler } from './missingness-sampler';
export type { Align } from './observed-range';
export type { RawDataset, RawSplit, Split, Task } from './raw-dataset';
export { SPLITS } from './raw-dataset';
export {
  describeFeatureFile,
  type FeatureFileDescription,
  type ModalityDescription,
  type SplitDescription,
} from './readers/describe';
export { type FeatureFileOptions, openFeatureFile, openMmsa, openMult } from './readers/feature-file';
export { PickleError, PickleGlobalError } from './readers/pickle/errors';
export { openPickle, type PickleFile } from './readers/pickle/pickle-file';
export { PickledArray } from './readers/pickle/pickled-array';
export type { PickleValue } from './readers/pickle/values';
export type { RowSource } from './row-source';
export {
  type LabelShares,
  type Matrix,
  type SyntheticDataset,
  type SyntheticFactors,
  type SyntheticOptions,
  syntheticDataset,
} from './synthetic';
