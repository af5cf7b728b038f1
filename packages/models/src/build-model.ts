import {
  AnchorGuidedPrivateRouting,
  BidirectionalRebalancingFusion,
  IdentityPrivateBranch,
  IdentitySharedBranch,
  TemporalStructuralFactorization,
} from '@trimodal/blocks';
import {
  type Disentangler,
  type Encoder,
  type Fusion,
  forModalities,
  type Head,
  type Modality,
  type PerModality,
  type PrivateBranch,
  type Rng,
  type SharedBranch,
  valueFor,
} from '@trimodal/core';
import {
  HomoHeteroDisentangler,
  HybridExpertsDisentangler,
  IdentityDisentangler,
  SharedPrivateDisentangler,
} from '@trimodal/disentanglers';
import { GruEncoder, LinearEncoder, TemporalConvEncoder, TransformerSequenceEncoder } from '@trimodal/encoders';
import {
  AttentionFusion,
  ConcatFusion,
  CrossModalFusion,
  GatedFusion,
  ImportanceFusion,
  LowRankFusion,
  TransformerFusion,
} from '@trimodal/fusion';
import { Mlp } from '@trimodal/layers';
import { MultiLevelReconstruction, type ReconstructionLevel } from '@trimodal/reconstruction';
import { LinearHead } from './linear-head';
import type { DisentanglerConfig, EncoderConfig, ModelConfig, ObjectiveConfig } from './model-config';
import { checkSlots, slotsOf } from './slots';
import { TrimodalModel } from './trimodal-model';

/** What a model must know of the data. */
export type DataShape = {
  /** Features of a step. */
  readonly dims: PerModality<number>;
  /** Steps of a padded sequence. */
  readonly times: PerModality<number>;
  /** 1 for a score, the number of classes for a classification. */
  readonly outDim: number;
};

/** What every part of one model shares. */
type Common = { readonly dModel: number; readonly modalities: readonly Modality[] };

/**
 * Makes a model from plain data; the only place that reads a `kind`.
 *
 * @throws RangeError if the data lack a modality of the model, or sizes don't fit together.
 * @example const model = buildModel(presets.dbr, { dims, times, outDim: 1 }, new Rng(1111).fork('model'));
 */
export function buildModel(config: ModelConfig, data: DataShape, rng: Rng): TrimodalModel {
  const { modalities, dModel } = config;
  for (const modality of modalities) {
    if (data.dims[modality] === undefined) {
      throw new RangeError(
        `Cannot build the model as the data must have ${modality}: got [${Object.keys(data.dims).join(', ')}]; name the modalities to use in model.modalities.`,
      );
    }
  }
  checkSlots(config);
  const common = { dModel, modalities };
  const encoders = forModalities(modalities, (modality) =>
    buildEncoder(
      config.encoders[modality],
      { inDim: valueFor(data.dims, modality), maxTime: valueFor(data.times, modality), dModel },
      rng.fork(`encoders.${modality}`),
    ),
  );
  const fusion = buildFusion(config, common, rng.fork('fusion'));
  const branchHead = (name: string) =>
    buildHead(config.head, { inDim: dModel, outDim: data.outDim }, rng.fork(`branchHeads.${name}`));
  return new TrimodalModel({
    encoders,
    disentangler: buildDisentangler(config.disentangler, common, data.outDim, rng.fork('disentangler')),
    sharedBranch: buildSharedBranch(config.sharedBranch, common, rng.fork('sharedBranch')),
    privateBranch: buildPrivateBranch(config.privateBranch, common, rng.fork('privateBranch')),
    fusion,
    head: buildHead(config.head, { inDim: fusion.outDim, outDim: data.outDim }, rng.fork('head')),
    reconstruction: buildReconstruction(config, common, data, rng.fork('reconstruction')),
    branchHeads: config.objective.branchTask
      ? { shared: branchHead('shared'), private: branchHead('private') }
      : undefined,
  });
}

function buildEncoder(
  config: EncoderConfig,
  sizes: { inDim: number; maxTime: number; dModel: number },
  rng: Rng,
): Encoder {
  switch (config.kind) {
    case 'transformer':
      return new TransformerSequenceEncoder({ ...sizes, ...config }, rng);
    case 'temporal-conv':
      return new TemporalConvEncoder({ ...sizes, ...config }, rng);
    case 'gru':
      return new GruEncoder(
        { ...sizes, ...config, hiddenDim: widthOfDirection(sizes.dModel, config.bidirectional) },
        rng,
      );
    case 'linear':
      return new LinearEncoder({ ...sizes, ...config }, rng);
    default:
      return unknownKind('encoder', config);
  }
}

/** Both directions of a recurrent encoder together are as wide as a token. */
function widthOfDirection(dModel: number, bidirectional = true): number {
  if (bidirectional && dModel % 2 !== 0) {
    throw new RangeError(`Cannot build a bidirectional GRU as dModel must be even, half a direction: got ${dModel}.`);
  }
  return bidirectional ? dModel / 2 : dModel;
}

function buildDisentangler(config: DisentanglerConfig, common: Common, outDim: number, rng: Rng): Disentangler {
  switch (config.kind) {
    case 'identity':
      return new IdentityDisentangler();
    case 'shared-private':
      if (config.encoder === 'mlp' && (config.numLayers ?? config.numHeads) !== undefined) {
        throw new RangeError(
          'Cannot build the disentangler as numLayers and numHeads need disentangler.encoder "transformer": got "mlp".',
        );
      }
      return new SharedPrivateDisentangler({ ...common, ...config }, rng);
    case 'hybrid-experts':
      return new HybridExpertsDisentangler({ ...common, ...config }, rng);
    case 'homo-hetero':
      return new HomoHeteroDisentangler({ ...common, ...config, outDim }, rng);
    default:
      return unknownKind('disentangler', config);
  }
}

function buildSharedBranch(config: ModelConfig['sharedBranch'], common: Common, rng: Rng): SharedBranch {
  switch (config.kind) {
    case 'identity':
      return new IdentitySharedBranch();
    case 'tsf':
      return new TemporalStructuralFactorization({ ...common, ...config }, rng);
    default:
      return unknownKind('shared branch', config);
  }
}

function buildPrivateBranch(config: ModelConfig['privateBranch'], common: Common, rng: Rng): PrivateBranch {
  switch (config.kind) {
    case 'identity':
      return new IdentityPrivateBranch();
    case 'agpr':
      return new AnchorGuidedPrivateRouting({ ...common, ...config }, rng);
    default:
      return unknownKind('private branch', config);
  }
}

function buildFusion({ fusion: config, disentangler }: ModelConfig, common: Common, rng: Rng): Fusion {
  const slots = slotsOf(disentangler);
  switch (config.kind) {
    case 'concat':
      return new ConcatFusion({ ...common, ...config, slots }, rng);
    case 'gated':
      return new GatedFusion({ ...common, ...config, slots }, rng);
    case 'attention':
      return new AttentionFusion({ ...common, ...config, slots }, rng);
    case 'importance':
      return new ImportanceFusion({ ...common, ...config, slots }, rng);
    case 'low-rank':
      return new LowRankFusion({ ...common, ...config, slots }, rng);
    case 'transformer':
      return new TransformerFusion({ ...common, ...config, slots }, rng);
    case 'cross-modal':
      return new CrossModalFusion({ ...common, ...config, slots }, rng);
    case 'brf':
      return new BidirectionalRebalancingFusion({ ...common, ...config }, rng);
    default:
      return unknownKind('fusion', config);
  }
}

function buildReconstruction(
  { reconstruction: config = { kind: 'none' }, disentangler, objective }: ModelConfig,
  common: Common,
  { dims, times }: DataShape,
  rng: Rng,
): MultiLevelReconstruction | undefined {
  switch (config.kind) {
    case 'none':
      return undefined;
    case 'multi-level': {
      const levels = levelsOf(objective);
      if (!Object.values(levels).includes(true)) return undefined;
      const sizes = { inDims: dims, times };
      return new MultiLevelReconstruction(
        { ...common, ...config, ...sizes, levels, slots: slotsOf(disentangler) },
        rng,
      );
    }
    default:
      return unknownKind('reconstruction', config);
  }
}

/** The levels of reconstruction that an objective weighs. */
function levelsOf(objective: ObjectiveConfig): Record<ReconstructionLevel, boolean> {
  const isOn = (weight = 0) => weight > 0;
  return {
    feature: isOn(objective.featureReconstruction),
    input: isOn(objective.inputReconstruction),
    representation: isOn(objective.representationReconstruction),
    cross: isOn(objective.crossReconstruction),
  };
}

function buildHead(config: ModelConfig['head'], sizes: { inDim: number; outDim: number }, rng: Rng): Head {
  switch (config.kind) {
    case 'linear':
      return new LinearHead({ ...sizes, ...config }, rng);
    case 'mlp':
      return new Mlp({ ...sizes, ...config }, rng);
    default:
      return unknownKind('head', config);
  }
}

/** Unreachable while every kind of the schema has its case: the compiler checks that. */
function unknownKind(what: string, config: never): never {
  throw new TypeError(`Cannot build a ${what} of unknown kind: got ${JSON.stringify(config)}.`);
}
