import type { Scalar, Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs';
import type { ForwardContext, ModelInputs } from '@trimodal/core';

/** A batch as tensors: one or more views of the same samples, labels `[b]`, weights `[b]` (0 for padding). */
export type LearnerBatch = {
  readonly views: readonly ModelInputs[];
  readonly labels: Tensor1D;
  readonly weights: Tensor1D;
};

/** All that training knows of a model and its objective. */
export type Learner = {
  /** What is trained, by path. */
  readonly parameters: ReadonlyMap<string, Variable>;
  /** The objective and its named terms. Pure and traceable: no reading of values, no disposing, no value-dependent shape. */
  loss(
    batch: LearnerBatch,
    ctx: ForwardContext,
  ): { readonly loss: Scalar; readonly terms: Readonly<Record<string, Scalar>> };
  /** Predictions `[b, outDim]`, without randomness. */
  predict(inputs: ModelInputs): Tensor2D;
};
