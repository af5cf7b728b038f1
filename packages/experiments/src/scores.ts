import type { Task } from '@trimodal/data';
import { argmaxRows, classificationMetrics, type Numbers, regressionMetrics } from '@trimodal/metrics';

export type Scores = Readonly<Record<string, number>>;

/** The scores of a task: truth `[n]`, predictions `[n * outDim]` row by row. */
export function scorerOf(task: Task): (truth: Float32Array, predictions: Float32Array) => Scores {
  if (task.kind === 'regression') return regressionMetrics;
  const score = decidedScorerOf(task);
  return (truth, logits) => score(truth, decide(task, logits));
}

/** What each prediction comes to, one value a sample: a score as it is, of logits the class with the largest. */
export function decide(task: Task, predictions: Float32Array): Numbers {
  return task.kind === 'regression' ? predictions : argmaxRows(predictions, task.classes.length);
}

/** As `scorerOf`, for predictions that `decide` has made one value a sample. */
export function decidedScorerOf(task: Task): (truth: Numbers, decided: Numbers) => Scores {
  if (task.kind === 'regression') return regressionMetrics;
  return (truth, decided) => {
    const { confusion: _, ...scores } = classificationMetrics(truth, decided, task.classes.length);
    return scores;
  };
}

/** Which way a score is better: errors are low, all else is high. */
export function betterOf(metric: string): 'high' | 'low' {
  return metric === 'mae' ? 'low' : 'high';
}
