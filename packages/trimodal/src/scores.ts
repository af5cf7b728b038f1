import type { Task } from '@trimodal/data';
import { argmaxRows, classificationMetrics, regressionMetrics } from '@trimodal/metrics';

export type Scores = Readonly<Record<string, number>>;

/** The scores of a task: truth `[n]`, predictions `[n * outDim]` row by row. */
export function scorerOf(task: Task): (truth: Float32Array, predictions: Float32Array) => Scores {
  if (task.kind === 'regression') return regressionMetrics;
  const numClasses = task.classes.length;
  return (truth, logits) => {
    const { confusion: _, ...scores } = classificationMetrics(truth, argmaxRows(logits, numClasses), numClasses);
    return scores;
  };
}
