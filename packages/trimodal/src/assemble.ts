import { INFERENCE, parameters, Rng } from '@trimodal/core';
import type { Dataset } from '@trimodal/data';
import { buildModel, buildObjective, outDimOf, type TrimodalModel } from '@trimodal/models';
import type { Learner } from '@trimodal/training';
import type { RunConfig } from './run-config';

export type Assembled = { readonly model: TrimodalModel; readonly learner: Learner };

/** What a model must know of a dataset. */
export type DataShape = Pick<Dataset, 'dims' | 'times' | 'task'>;

/** The model that a config describes, for a dataset, and how it learns. */
export function assemble(config: RunConfig, { dims, times, task }: DataShape): Assembled {
  const model = buildModel(config.model, { dims, times, outDim: outDimOf(task) }, new Rng(config.seed).fork('model'));
  const objective = buildObjective(config.model, task);
  const learner: Learner = {
    parameters: parameters(model),
    loss: (batch, ctx) => objective(model, batch, ctx),
    predict: (inputs) => model.forward(inputs, INFERENCE).prediction,
  };
  return { model, learner };
}
