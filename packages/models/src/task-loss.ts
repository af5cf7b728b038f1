import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { crossEntropyLoss, l1Loss, mseLoss, smoothL1Loss } from '@trimodal/losses';
import type { ModelConfig } from './model-config';

/** What is predicted: a score, or one of some classes. */
export type Task =
  | { readonly kind: 'regression' }
  | { readonly kind: 'classification'; readonly classes: readonly string[] };

/** prediction `[b, outDim]`, labels `[b]`, weights `[b]` (0 for padding) -> the mean over real samples. */
export type TaskLoss = (prediction: Tensor2D, labels: Tensor1D, weights: Tensor1D) => Scalar;

/** The width of a prediction: one score, or one logit a class. */
export function outDimOf(task: Task): number {
  return task.kind === 'regression' ? 1 : task.classes.length;
}

/** The loss of a task: cross-entropy for classes, the chosen one for scores. */
export function buildTaskLoss(task: Task, regressionLoss: ModelConfig['regressionLoss']): TaskLoss {
  if (task.kind === 'classification') return crossEntropyLoss;
  switch (regressionLoss) {
    case 'l1':
      return l1Loss;
    case 'mse':
      return mseLoss;
    case 'smooth-l1':
      return smoothL1Loss;
    default:
      throw new TypeError(`Cannot build a task loss of unknown kind: got ${regressionLoss satisfies never}.`);
  }
}
