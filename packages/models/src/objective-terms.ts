import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import {
  type AnchorGuidedOutput,
  anchorPreservation,
  antiLeakage,
  borrowCost,
  type TemporalStructuralOutput,
  temporalStructuralOverlap,
} from '@trimodal/blocks';
import type { ForwardContext, ModelInputs } from '@trimodal/core';
import {
  cycleTerm,
  decorrelationTerm,
  orthogonalityTerm,
  reconstructionTerm,
  type SharedPrivateOutput,
  sharedAlignmentTerm,
} from '@trimodal/disentanglers';
import type { ModelConfig, TermName } from './model-config';
import type { TaskLoss } from './task-loss';
import type { TrimodalOutput } from './trimodal-model';

/** What a term may read besides the outputs of the model. */
export type TermContext = {
  readonly inputs: ModelInputs;
  readonly labels: Tensor1D;
  readonly weights: Tensor1D;
  readonly taskLoss: TaskLoss;
};

type Term = (output: TrimodalOutput, context: TermContext, ctx: ForwardContext) => Scalar;

// `termRequirements` has made sure of what these claim
const split = ({ parts }: TrimodalOutput) => parts as SharedPrivateOutput;
const paths = ({ sharedBranch }: TrimodalOutput) => sharedBranch as TemporalStructuralOutput;
const routed = ({ privateBranch }: TrimodalOutput) => privateBranch as AnchorGuidedOutput;

/** Each term of an objective by its name. */
export const terms: { readonly [Name in TermName]: Term } = {
  task: ({ prediction }, { taskLoss, labels, weights }) => taskLoss(prediction, labels, weights),
  branchTask: ({ branchPredictions }, { taskLoss, labels, weights }) => {
    const { shared, private: own } = branchPredictions!;
    const loss = (prediction: Tensor2D) => taskLoss(prediction, labels, weights);
    return loss(shared).add(loss(own));
  },
  reconstruction: (output) => reconstructionTerm(split(output), output.tokens),
  cycle: (output) => cycleTerm(split(output)),
  orthogonality: (output) => orthogonalityTerm(split(output)),
  decorrelation: (output) => decorrelationTerm(split(output)),
  alignment: (output) => sharedAlignmentTerm(split(output)),
  pathOverlap: (output) => temporalStructuralOverlap(paths(output), output.parts.mask),
  anchorPreservation: (output) => anchorPreservation(routed(output), output.parts.mask),
  antiLeakage: (output) => antiLeakage(routed(output), output.parts.mask),
  borrowCost: (output) => borrowCost(routed(output), output.parts.mask),
};

const needs =
  (part: 'disentangler' | 'sharedBranch' | 'privateBranch', kind: string) =>
  (config: ModelConfig): string | undefined =>
    config[part].kind === kind ? undefined : `needs ${part}.kind "${kind}": got "${config[part].kind}"`;
const needsSplit = needs('disentangler', 'shared-private');
const needsRouting = needs('privateBranch', 'agpr');

/** What is wrong with a config that wants a term, if anything is. */
export const termRequirements: { readonly [Name in TermName]?: (config: ModelConfig) => string | undefined } = {
  branchTask: needsSplit,
  reconstruction: needsSplit,
  cycle: needsSplit,
  orthogonality: needsSplit,
  decorrelation: needsSplit,
  alignment: needsSplit,
  pathOverlap: needs('sharedBranch', 'tsf'),
  anchorPreservation: needsRouting,
  antiLeakage: needsRouting,
  borrowCost: needsRouting,
};
