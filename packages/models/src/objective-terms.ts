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
  crossReconstructionTerm,
  cycleTerm,
  decorrelationTerm,
  deRedundancyTerm,
  expertBalance,
  expertOrthogonality,
  type HomoHeteroOutput,
  type HybridExpertsOutput,
  heterogeneityTerm,
  homogeneityTerm,
  noiseTerm,
  orthogonalityTerm,
  ownReconstructionTerm,
  reconstructionTerm,
  type SharedPrivateOutput,
  sharedAlignmentTerm,
  sufficiencyTerm,
} from '@trimodal/disentanglers';
import type { ReconstructionLevel, ReconstructionTerms } from '@trimodal/reconstruction';
import { bidirectionalTransfer, representationTransfer, viewAlignment } from '@trimodal/self-distillation';
import type { DisentanglerConfig, ModelConfig, TermName } from './model-config';
import type { Pass, Passes } from './passes';
import { all, partOf, parts, type Requirement, tokenwise, views } from './requirements';
import type { Task, TaskLoss } from './task-loss';
import type { TrimodalOutput } from './trimodal-model';
import { ratedViews, viewPair, viewParts } from './view-pair';

/** What a term may read besides the passes of a step. */
export type TermContext = {
  readonly config: ModelConfig;
  readonly task: Task;
  readonly taskLoss: TaskLoss;
  readonly labels: Tensor1D;
  readonly weights: Tensor1D;
  /** A term for each level of reconstruction that is on. */
  readonly reconstruction: ReconstructionTerms;
};

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

/** A level of reconstruction: the incomplete view must tell of the whole one. */
function ofLevel(level: ReconstructionLevel, ...further: Requirement[]): Term {
  return {
    value: (_, { reconstruction }) => reconstruction[level]!,
    requires: all(partOf('reconstruction', 'multi-level'), views('clean+masked'), ...further),
    readsClean: true,
  };
}

/** A term of two views, weighed and compared as the config's selfDistillation says. */
function ofPair(
  value: (pair: readonly [Pass, Pass], options: DistillationOptions, context: TermContext) => Scalar,
): Term {
  return {
    value: (passes, context) => value(viewPair(passes), distillationOf(context.config), context),
    requires: all(partOf('selfDistillation', 'distribution-aligned'), views('clean+masked', 'two-masked')),
    readsClean: true,
  };
}

type DistillationOptions = Omit<Extract<ModelConfig['selfDistillation'], { alignment?: string }>, 'kind'>;

const distillationOf = ({ selfDistillation }: ModelConfig): DistillationOptions => {
  const { kind: _, ...options } = selfDistillation as { kind: string } & DistillationOptions;
  return options;
};
const factorizationOf = ({ disentangler }: ModelConfig) =>
  disentangler as Extract<DisentanglerConfig, { kind: 'homo-hetero' }>;

const factorized = partOf('disentangler', 'homo-hetero');
const decodes = partOf('disentangler', 'shared-private', 'homo-hetero');
const routes = partOf('privateBranch', 'agpr');

// `requires` has made sure of what these claim
const decoupled = ({ parts }: TrimodalOutput) => parts as SharedPrivateOutput;
const mixed = ({ parts }: TrimodalOutput) => parts as HybridExpertsOutput;
const factors = ({ parts }: TrimodalOutput) => parts as HomoHeteroOutput;
const paths = ({ sharedBranch }: TrimodalOutput) => sharedBranch as TemporalStructuralOutput;
const routed = ({ privateBranch }: TrimodalOutput) => privateBranch as AnchorGuidedOutput;

/** Each term of an objective by its name. */
export const terms: { readonly [Name in TermName]: Term } = {
  task: ofPass(({ prediction }, { taskLoss, labels, weights }) => taskLoss(prediction, labels, weights)),
  cleanTask: {
    value: ({ clean }, { taskLoss, labels, weights }) => taskLoss(clean!.output.prediction, labels, weights),
    requires: views('clean+masked'),
    readsClean: true,
  },
  branchTask: ofPass(
    ({ branchPredictions }, { taskLoss, labels, weights }) => {
      const { shared, private: own } = branchPredictions!;
      const loss = (prediction: Tensor2D) => taskLoss(prediction, labels, weights);
      return loss(shared).add(loss(own));
    },
    parts('shared', 'private'),
  ),

  reconstruction: ofPass(
    (output, { config }) =>
      config.disentangler.kind === 'homo-hetero'
        ? ownReconstructionTerm(factors(output))
        : reconstructionTerm(decoupled(output), output.tokens),
    decodes,
  ),
  crossDecoding: ofPass((output) => crossReconstructionTerm(factors(output)), factorized),
  cycle: ofPass((output) => cycleTerm(decoupled(output)), partOf('disentangler', 'shared-private')),
  orthogonality: ofPass((output) => orthogonalityTerm(output.parts), parts('shared', 'private')),
  decorrelation: ofPass((output) => decorrelationTerm(output.parts), parts('shared', 'private')),
  orthogonalSpaces: ofPass((output) => expertOrthogonality(output.parts), parts('private')),
  alignment: ofPass((output) => sharedAlignmentTerm(output.parts), parts('shared')),
  expertBalance: ofPass((output) => expertBalance(mixed(output)), partOf('disentangler', 'hybrid-experts')),

  featureReconstruction: ofLevel('feature', tokenwise),
  inputReconstruction: ofLevel('input'),
  representationReconstruction: ofLevel('representation'),
  crossReconstruction: ofLevel('cross', parts('shared', 'private')),

  homogeneity: ofPass((output, { config }) => homogeneityTerm(factors(output), factorizationOf(config)), factorized),
  heterogeneity: ofPass(
    (output, { config }) => heterogeneityTerm(factors(output), factorizationOf(config)),
    factorized,
  ),
  deRedundancy: ofPass((output) => deRedundancyTerm(factors(output)), factorized),
  noise: ofPass(
    (output, { config, taskLoss, labels, weights }) =>
      noiseTerm(factors(output), labels, weights, taskLoss, factorizationOf(config)),
    all(factorized, (config) =>
      factorizationOf(config).noise === false ? 'needs disentangler.noise: got false' : undefined,
    ),
  ),
  sufficiency: ofPass(
    (output, { taskLoss, labels, weights }) => sufficiencyTerm(factors(output), labels, weights, taskLoss),
    factorized,
  ),

  pathOverlap: ofPass(
    (output) => temporalStructuralOverlap(paths(output), output.parts.mask),
    partOf('sharedBranch', 'tsf'),
  ),
  anchorPreservation: ofPass((output) => anchorPreservation(routed(output), output.parts.mask), routes),
  antiLeakage: ofPass((output) => antiLeakage(routed(output), output.parts.mask), all(routes, parts('shared'))),
  borrowCost: ofPass((output) => borrowCost(routed(output), output.parts.mask), routes),

  distributionAlignment: ofPair(
    ([a, b], { alignment = 'mmd' }, { weights }) =>
      viewAlignment(viewParts(a), viewParts(b), { kind: alignment, weights }).loss,
  ),
  transfer: ofPair((pair, { alignment: _, scores = 'scores', range, ...options }, { labels, weights, task }) => {
    const [a, b] = ratedViews(pair, labels, task);
    const [first, second] = pair;
    return bidirectionalTransfer(
      { ...a, prediction: first.output.prediction },
      { ...b, prediction: second.output.prediction },
      { ...options, kind: task.kind === 'classification' ? 'classes' : scores, weights, ...(range && { range }) },
    ).loss;
  }),
  representationTransfer: ofPair((pair, { direction = 'both', weighting = 'quality' }, { labels, weights, task }) => {
    const [a, b] = ratedViews(pair, labels, task);
    const [first, second] = pair;
    return representationTransfer(
      { ...a, representation: first.output.fusion.fused },
      { ...b, representation: second.output.fusion.fused },
      { direction, weighting, weights },
    ).loss;
  }),
};
