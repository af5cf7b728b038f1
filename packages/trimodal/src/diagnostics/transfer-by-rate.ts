import * as tf from '@tensorflow/tfjs';
import { entriesOf, INFERENCE, type PerModality, valueFor } from '@trimodal/core';
import { type Batch, type Task, toTensors } from '@trimodal/data';
import type { ModelConfig, TrimodalModel } from '@trimodal/models';
import { sampleErrors, transferWeights } from '@trimodal/self-distillation';

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
  const kind = task.kind === 'classification' ? 'classes' : 'scores';
  const sums = { toIncomplete: 0, toWhole: 0, count: 0 };
  const others = incomplete[Symbol.iterator]();
  for (const batch of whole) {
    const other = others.next().value as Batch;
    tf.tidy(() => {
      const [a, b] = [toTensors(batch), toTensors(other)];
      const [seen, left] = [a.views[0]!, b.views[0]!];
      const errorsOf = (inputs: typeof seen) =>
        sampleErrors(model.forward(inputs, INFERENCE).prediction, a.labels, kind);
      const { aToB, bToA } = transferWeights(
        { taskLoss: errorsOf(seen), observed: seenShare(seen.mask, left.mask) },
        { taskLoss: errorsOf(left), observed: seenShare(left.mask, seen.mask) },
        { direction, weighting, weights: a.weights },
      );
      sums.toIncomplete += aToB.mul(a.weights).sum().dataSync()[0]!;
      sums.toWhole += bToA.mul(a.weights).sum().dataSync()[0]!;
    });
    sums.count += batch.count;
  }
  return { 'whole to incomplete': sums.toIncomplete / sums.count, 'incomplete to whole': sums.toWhole / sums.count };
}

/** Of the steps that either view has, the share `[b]` that the first has; the mean over the modalities that are there. */
function seenShare(mask: PerModality<tf.Tensor2D>, other: PerModality<tf.Tensor2D>): tf.Tensor1D {
  const shares = entriesOf(mask).map(([modality, own]) => {
    const either = own.maximum(valueFor(other, modality)).sum(1);
    return { share: own.sum(1).div(either.maximum(1)), counts: either.minimum(1) };
  });
  const count = tf.addN(shares.map(({ counts }) => counts));
  return tf.addN(shares.map(({ share }) => share)).div<tf.Tensor1D>(count.maximum(1));
}
