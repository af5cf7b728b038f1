export { observationBlocks } from './observation-section';
export { type Page, type PageBlock, type PageSection, pageHtml } from './page';
export { factorsBlocks, measuresBlocks, partsBlocks } from './parts-section';
export type {
  EpochPoint,
  LabelledMatrix,
  Measure,
  Observation,
  PooledPart,
  ReportGroup,
  ReportRun,
} from './report-run';
export { resultsSection } from './results-section';
export { trainingSection } from './training-section';
