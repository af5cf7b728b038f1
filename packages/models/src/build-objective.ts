import { addN, type Scalar, type Tensor1D } from '@tensorflow/tfjs';
import type { ForwardContext, ModelInputs } from '@trimodal/core';
import type { ReconstructionTerms } from '@trimodal/reconstruction';
import type { ModelConfig, TermName } from './model-config';
import { type TermContext, terms } from './objective-terms';
import { type Passes, runPasses } from './passes';
import { buildTaskLoss, type Task } from './task-loss';
import type { TrimodalModel } from './trimodal-model';

/** A batch: the views that the model's config asks for, labels `[b]` (scores or class indices) and weights `[b]` (0 for padding). */
export type ObjectiveBatch = {
  readonly views: readonly ModelInputs[];
  readonly labels: Tensor1D;
  readonly weights: Tensor1D;
};

/** The weighted sum, and each term before its weight, by name. */
export type ObjectiveValue = { readonly loss: Scalar; readonly terms: Readonly<Record<string, Scalar>> };

export type Objective = (model: TrimodalModel, batch: ObjectiveBatch, ctx: ForwardContext) => ObjectiveValue;

/**
 * What a model is trained for: the weighted sum of the terms that its config names.
 *
 * `loss = sum_k weight_k term_k`; terms of weight 0 are not computed. A term of one pass is averaged over the passes that learn: the only
 * one, the masked one of `clean+masked` views, both of `two-masked`.
 * @throws RangeError if a term needs a part or a view that the model's config doesn't have.
 */
export function buildObjective(config: ModelConfig, task: Task): Objective {
  const active = Object.entries(config.objective).filter(([, weight]) => weight! > 0) as [TermName, number][];
  const problems = active.flatMap(([name]) => {
    const problem = terms[name].requires?.(config);
    return problem ? [`Cannot build the objective as its term ${name} ${problem}; or set objective.${name} to 0.`] : [];
  });
  if (problems.length > 0) throw new RangeError(problems.join('\n'));
  const taskLoss = buildTaskLoss(task, config.regressionLoss);
  const { views: kind = 'single' } = config;
  const needsClean = active.some(([name]) => terms[name].readsClean);
  return (model, { views, labels, weights }, ctx) => {
    const passes = runPasses(model, views, kind, needsClean, ctx);
    const reconstruction = reconstruct(model, passes, ctx);
    const context: TermContext = { config, task, taskLoss, labels, weights, reconstruction };
    const values = Object.fromEntries(active.map(([name]) => [name, terms[name].value(passes, context)]));
    const loss = addN(active.map(([name, weight]) => values[name]!.mul(weight))) as Scalar;
    return { loss, terms: values };
  };
}

function reconstruct(model: TrimodalModel, { students, clean }: Passes, ctx: ForwardContext): ReconstructionTerms {
  const [masked] = students;
  if (!model.reconstruction || !masked || !clean) return {};
  return model.reconstruction.forward(
    { masked: masked.output, clean: clean.output, maskedInputs: masked.inputs, cleanInputs: clean.inputs },
    ctx,
  );
}
