export type { Numbers } from './checks';
export { argmaxRows, type ClassificationMetrics, classificationMetrics } from './classification';
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
export { type SimsMetrics, simsMetrics } from './sims';
export { areaUnderCurve, type MeanAndStd, mean, meanAndStd, std } from './statistics';
