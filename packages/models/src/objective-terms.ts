import { addN, type Scalar, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs';
import {
  type AnchorGuidedOutput,
  anchorPreservation,
  antiLeakage,
  borrowCost,
  type TemporalStructuralOutput,
  temporalStructuralOverlap,
} from '@trimodal/blocks';
import {
  cycleTerm,
  decorrelationTerm,
  orthogonalityTerm,
  reconstructionTerm,
  type SharedPrivateOutput,
  sharedAlignmentTerm,
} from '@trimodal/disentanglers';
import type { ModelConfig, TermName } from './model-config';
import type { Passes } from './passes';
import type { TaskLoss } from './task-loss';
import type { TrimodalOutput } from './trimodal-model';

/** What a term may read besides the passes of a step. */
export type TermContext = { readonly labels: Tensor1D; readonly weights: Tensor1D; readonly taskLoss: TaskLoss };

/** What is wrong with a config that wants a term, if anything is. */
type Requirement = (config: ModelConfig) => string | undefined;

type Term = {
  readonly value: (passes: Passes, context: TermContext) => Scalar;
  readonly requires?: Requirement;
  /** Whether it reads the pass of the whole sample. */
  readonly readsClean?: boolean;
};

/** A term of one pass: its mean over those that learn. */
function ofPass(value: (output: TrimodalOutput, context: TermContext) => Scalar, requires?: Requirement): Term {
  const mean: Term['value'] = ({ students }, context) => {
    const [first, ...rest] = students.map(({ output }) => value(output, context));
    return rest.length === 0 ? first! : addN([first!, ...rest]).div(students.length);
  };
  return requires ? { value: mean, requires } : { value: mean };
}

const kindOf =
  (part: 'disentangler' | 'sharedBranch' | 'privateBranch', kind: string): Requirement =>
  (config) =>
    config[part].kind === kind ? undefined : `needs ${part}.kind "${kind}": got "${config[part].kind}"`;
const sharedPart: Requirement = ({ disentangler: { kind } }) =>
  kind === 'identity' ? `needs a disentangler that makes a shared part: got disentangler.kind "${kind}"` : undefined;
const cleanView: Requirement = ({ views = 'single' }) =>
  views === 'clean+masked' ? undefined : `needs views "clean+masked": got "${views}"`;

// `requires` has made sure of what these claim
const decoupled = ({ parts }: TrimodalOutput) => parts as SharedPrivateOutput;
const paths = ({ sharedBranch }: TrimodalOutput) => sharedBranch as TemporalStructuralOutput;
const routed = ({ privateBranch }: TrimodalOutput) => privateBranch as AnchorGuidedOutput;

/** Each term of an objective by its name. */
export const terms: { readonly [Name in TermName]: Term } = {
  task: ofPass(({ prediction }, { taskLoss, labels, weights }) => taskLoss(prediction, labels, weights)),
  cleanTask: {
    value: ({ clean }, { taskLoss, labels, weights }) => taskLoss(clean!.output.prediction, labels, weights),
    requires: cleanView,
    readsClean: true,
  },
  branchTask: ofPass(({ branchPredictions }, { taskLoss, labels, weights }) => {
    const { shared, private: own } = branchPredictions!;
    const loss = (prediction: Tensor2D) => taskLoss(prediction, labels, weights);
    return loss(shared).add(loss(own));
  }, sharedPart),
  reconstruction: ofPass(
    (output) => reconstructionTerm(decoupled(output), output.tokens),
    kindOf('disentangler', 'shared-private'),
  ),
  cycle: ofPass((output) => cycleTerm(decoupled(output)), kindOf('disentangler', 'shared-private')),
  orthogonality: ofPass(({ parts }) => orthogonalityTerm(parts), sharedPart),
  decorrelation: ofPass(({ parts }) => decorrelationTerm(parts), sharedPart),
  alignment: ofPass(({ parts }) => sharedAlignmentTerm(parts), sharedPart),
  pathOverlap: ofPass(
    (output) => temporalStructuralOverlap(paths(output), output.parts.mask),
    kindOf('sharedBranch', 'tsf'),
  ),
  anchorPreservation: ofPass(
    (output) => anchorPreservation(routed(output), output.parts.mask),
    kindOf('privateBranch', 'agpr'),
  ),
  antiLeakage: ofPass((output) => antiLeakage(routed(output), output.parts.mask), kindOf('privateBranch', 'agpr')),
  borrowCost: ofPass((output) => borrowCost(routed(output), output.parts.mask), kindOf('privateBranch', 'agpr')),
};
