import type { ForwardContext, ModelInputs } from '@trimodal/core';
import type { Views } from './model-config';
import type { TrimodalModel, TrimodalOutput } from './trimodal-model';

/** What a model made of one view of a batch. */
export type Pass = { readonly inputs: ModelInputs; readonly output: TrimodalOutput };

/** The passes of a step. */
export type Passes = {
  /** Those that learn the task: the only one, the masked one, or both. */
  readonly students: readonly Pass[];
  /** Of the whole sample; with `clean+masked` views, where a term reads it. */
  readonly clean?: Pass;
};

/** How many views a batch has. */
export const numViews: Readonly<Record<Views, number>> = { single: 1, 'clean+masked': 2, 'two-masked': 2 };

/**
 * Runs a model over the views of a batch, in their order.
 *
 * @param needsClean False leaves out the pass of the whole sample.
 * @throws RangeError if the batch has another number of views.
 */
export function runPasses(
  model: TrimodalModel,
  views: readonly ModelInputs[],
  kind: Views,
  needsClean: boolean,
  ctx: ForwardContext,
): Passes {
  if (views.length !== numViews[kind]) {
    throw new RangeError(
      `Cannot compute the objective as a batch of views "${kind}" must have ${numViews[kind]}: got ${views.length}.`,
    );
  }
  const run = (inputs: ModelInputs): Pass => ({ inputs, output: model.forward(inputs, ctx) });
  if (kind !== 'clean+masked') return { students: views.map(run) };
  const [whole, masked] = views as [ModelInputs, ModelInputs];
  if (!needsClean) return { students: [run(masked)] };
  const clean = run(whole);
  return { students: [run(masked)], clean };
}
