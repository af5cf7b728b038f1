export type { RawDataset, RawSplit, Split, Task } from './raw-dataset';
export { SPLITS } from './raw-dataset';
export type { RowSource } from './row-source';
