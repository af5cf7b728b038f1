import type { Batch } from '@trimodal/data';
import type { StepEngine } from './step-engine';

/** Scores of a split: truth `[n]`, predictions `[n * outDim]` row by row -> numbers by name. */
export type Metrics = (truth: Float32Array, predictions: Float32Array) => Readonly<Record<string, number>>;

export type Predictions = {
  /** Row of the split that each prediction is of. */
  readonly indices: Int32Array;
  /** `[n]`. */
  readonly truth: Float32Array;
  /** `[n * outDim]`, row by row. */
  readonly predictions: Float32Array;
};

/** Predictions for the first view of every real sample; padding, which ends a batch, is left out. */
export async function predictAll(
  engine: StepEngine,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
): Promise<Predictions> {
  const indices: number[] = [];
  const truth: number[] = [];
  const rows: Float32Array[] = [];
  for await (const { views, size, count, indices: ids, labels } of batches) {
    const values = await engine.predict(views[0]!);
    rows.push(values.slice(0, (values.length / size) * count));
    for (let i = 0; i < count; i++) {
      indices.push(ids[i]!);
      truth.push(labels[i]!);
    }
  }
  const predictions = new Float32Array(rows.reduce((length, row) => length + row.length, 0));
  let offset = 0;
  for (const row of rows) {
    predictions.set(row, offset);
    offset += row.length;
  }
  return { indices: Int32Array.from(indices), truth: Float32Array.from(truth), predictions };
}
