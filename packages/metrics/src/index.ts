export type { Numbers } from './checks';
export { argmaxRows, type ClassificationMetrics, classificationMetrics } from './classification';
export { linearCka } from './linear-cka';
export {
  type ClassProbeSet,
  type LinearProbeAccuracyOptions,
  type LinearProbeOptions,
  linearProbeAccuracy,
  linearProbeR2,
  type ProbeSet,
} from './linear-probe';
export { holmCorrection, type PairedTTest, pairedTTest } from './paired-t-test';
export {
  acc2HasZero,
  acc2NonZero,
  acc5,
  acc7,
  f1HasZero,
  f1NonZero,
  mae,
  pearson,
  type RegressionMetrics,
  regressionMetrics,
} from './regression';
export {
  type BootstrapOptions,
  type BootstrapTest,
  type PermutationOptions,
  type PermutationTest,
  pairedBootstrap,
  pairedPermutationTest,
  type Scoring,
} from './resampling';
export { type RidgeModel, type RidgeOptions, r2Score, ridgeRegression } from './ridge-regression';
export { type SimsMetrics, simsMetrics } from './sims';
export { areaUnderCurve, type MeanAndStd, mean, meanAndStd, std } from './statistics';
