export {
  type ComparisonOptions,
  type Contender,
  comparisonTable,
  differencesTable,
  MARKS_NOTE,
  missingPartsTable,
} from './compare/comparison-tables';
export { type CompareOptions, compareWithBaseline, type Difference, type Verdict } from './compare/significance';
export { type GridOutcome, type RunGridOptions, runGrid } from './grid/run-grid';
export { canonical, groupRuns, type RunGroup, type RunIdentity } from './groups';
export { checkSameMasks, type Group, type Outcome, outcomeOf, type Replicate, taskOf } from './outcome';
export {
  type Bar,
  type BarsOptions,
  barsSvg,
  type CurveSeries,
  type CurvesOptions,
  curvesSvg,
  type HeatmapOptions,
  heatmapSvg,
  type LinesOptions,
  linesSvg,
  type PrincipalComponents,
  principalComponents,
  type ScatterOptions,
  type ScatterPoint,
  scatterSvg,
  svgToPng,
} from './plots/index';
export {
  averaged,
  type Condition,
  conditionsOf,
  isRateProtocol,
  RATE_PROTOCOLS,
  TEST_PROTOCOLS,
  type TestProtocol,
  WHOLE,
} from './protocols';
export {
  type ConditionResult,
  type RawResult,
  type RawResultKey,
  readRawResult,
  type ScoredCondition,
  type TestRunOptions,
  testRun,
} from './raw-result';
export {
  type EpochPoint,
  factorsBlocks,
  type LabelledMatrix,
  type Measure,
  measuresBlocks,
  type Observation,
  observationBlocks,
  type Page,
  type PageBlock,
  type PageSection,
  type PooledPart,
  pageHtml,
  partsBlocks,
  type ReportGroup,
  type ReportRun,
  resultsSection,
  trainingSection,
} from './report/index';
export {
  curveSeries,
  measured,
  type Robustness,
  type RobustnessCurve,
  type RobustnessOptions,
  robustnessOf,
  robustnessTable,
} from './robustness';
export { betterOf, decide, decidedScorerOf, type Scores, scorerOf } from './scores';
export { tableToCsv, toCsv } from './table/csv';
export { tableToLatex } from './table/latex';
export { tableToMarkdown } from './table/markdown';
export { type Cell, type Column, formatCell, type Measured, type Table } from './table/table';
export { isTemporary, writeFileWhole, writeJson } from './write-file';
export { type Report, type ReportPart, writeReport } from './write-report';
