import { addN, type Tensor1D } from '@tensorflow/tfjs';
import { entriesOf, type ModelInputs, valueFor } from '@trimodal/core';
import { sampleErrors, type ViewParts, type ViewQuality } from '@trimodal/self-distillation';
import type { Pass, Passes } from './passes';
import type { Task } from './task-loss';

/** The two views of a step: the whole sample and the incomplete one, or two incomplete ones. */
export function viewPair({ clean, students }: Passes): readonly [Pass, Pass] {
  return (clean ? [clean, ...students] : students) as [Pass, Pass];
}

/** What is aligned of a view. */
export function viewParts({ output: { parts, fusion } }: Pass): ViewParts {
  return { ...parts, fused: fusion.fused };
}

/** How good the first of two views is, sample by sample: its error, and how much it saw of what both saw together. */
function viewQuality({ inputs, output }: Pass, other: Pass, labels: Tensor1D, task: Task): ViewQuality {
  const kind = task.kind === 'classification' ? 'classes' : 'scores';
  return {
    taskLoss: sampleErrors(output.prediction, labels, kind),
    observed: seenShare(inputs.mask, other.inputs.mask),
  };
}

/** masks `[b, t_m]` of two views -> `[b]`: of the steps that either has, the share that the first has; the mean over modalities. */
function seenShare(mask: ModelInputs['mask'], other: ModelInputs['mask']): Tensor1D {
  const shares = entriesOf(mask).map(([modality, own]) => {
    const either = own.maximum(valueFor(other, modality)).sum(1);
    return { share: own.sum(1).div(either.maximum(1)), counts: either.minimum(1) };
  });
  const count = addN(shares.map(({ counts }) => counts));
  return addN(shares.map(({ share }) => share)).div(count.maximum(1)) as Tensor1D;
}

/** Both views with how good they are. */
export function ratedViews(
  [a, b]: readonly [Pass, Pass],
  labels: Tensor1D,
  task: Task,
): readonly [ViewQuality, ViewQuality] {
  return [viewQuality(a, b, labels, task), viewQuality(b, a, labels, task)];
}
