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
export { type CurveSeries, type CurvesOptions, curvesSvg, svgToPng } from './plots/index';
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
export type { Cell, Column, Measured, Table } from './table/table';
export { isTemporary, writeFileWhole, writeJson } from './write-file';
export { type Report, type ReportPart, writeReport } from './write-report';
