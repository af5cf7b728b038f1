import * as tf from '@tensorflow/tfjs';
import { INFERENCE, type ModelInputs } from '@trimodal/core';
import { type Batch, type Task, toTensors } from '@trimodal/data';
import { type ModelConfig, type Pass, ratedViews, type TrimodalModel } from '@trimodal/models';
import { transferWeights } from '@trimodal/self-distillation';

/** Batches of the same samples in the same order, whole and with steps missing. */
export type BatchPairs = { readonly whole: Iterable<Batch>; readonly incomplete: Iterable<Batch> };

/**
 * How much the whole view of a sample would teach the incomplete one in self-distillation, and the reverse, as means over samples.
 *
 * The weights are those of training, by the error and the observed share of each view; nothing if the model isn't distilled.
 */
export function transferByRate(
  model: TrimodalModel,
  { selfDistillation }: ModelConfig,
  task: Task,
  { whole, incomplete }: BatchPairs,
): Record<string, number> | undefined {
  if (!selfDistillation || selfDistillation.kind === 'none') return undefined;
  const { direction = 'both', weighting = 'quality' } = selfDistillation;
  const sums = { toIncomplete: 0, toWhole: 0, count: 0 };
  const others = incomplete[Symbol.iterator]();
  for (const batch of whole) {
    const other = others.next().value as Batch;
    tf.tidy(() => {
      const [a, b] = [toTensors(batch), toTensors(other)];
      const [seen, left] = [a.views[0]!, b.views[0]!];
      const pass = (inputs: ModelInputs): Pass => ({ inputs, output: model.forward(inputs, INFERENCE) });
      const rated = ratedViews([pass(seen), pass(left)], a.labels, task);
      const { aToB, bToA } = transferWeights(...rated, { direction, weighting, weights: a.weights });
      sums.toIncomplete += aToB.mul(a.weights).sum().dataSync()[0]!;
      sums.toWhole += bToA.mul(a.weights).sum().dataSync()[0]!;
    });
    sums.count += batch.count;
  }
  return { 'whole to incomplete': sums.toIncomplete / sums.count, 'incomplete to whole': sums.toWhole / sums.count };
}
