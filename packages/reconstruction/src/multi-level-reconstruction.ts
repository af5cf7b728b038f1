import type * as tf from '@tensorflow/tfjs';
import {
  type ForwardContext,
  forModalities,
  MODALITIES,
  type Modality,
  type ModelInputs,
  mapModalities,
  type PerModality,
  type Rng,
  valueFor,
} from '@trimodal/core';
import { crossLevel } from './cross-level';
import { featureLevel } from './feature-level';
import { InputDecoder } from './input-decoder';
import { inputLevel } from './input-level';
import { PartDecoder } from './part-decoder';
import { RepresentationLevel } from './representation-level';
import { SLOTS, type Slot, type View } from './views';

export type ReconstructionLevel = 'feature' | 'input' | 'representation' | 'cross';

export type MultiLevelReconstructionOptions = {
  dModel: number;
  modalities?: readonly Modality[];
  levels?: Readonly<Partial<Record<ReconstructionLevel, boolean>>>;
  slots?: readonly Slot[];
  inDims?: PerModality<number>;
  times?: PerModality<number>;
  hiddenDim?: number;
  dropoutRate?: number;
};

export type ReconstructionViews = {
  readonly masked: View;
  readonly clean: View;
  readonly maskedInputs: ModelInputs;
  readonly cleanInputs: ModelInputs;
};

/** A term for each level that is on. */
export type ReconstructionTerms = Readonly<Partial<Record<ReconstructionLevel, tf.Scalar>>>;

/**
 * What a masked view of a batch must tell of the clean one, on up to four levels: *feature*, the tokens decoded from both parts; *input*,
 * raw features at dropped steps; *representation*, the parts themselves; *cross*, tokens decoded with the shared part of another modality.
 *
 * A level that is off has no weights and no term. The decoders of a modality are the same on the levels feature, input and cross. Targets
 * come from the clean view, without a gradient into it (but for the representation level, which is symmetric). A modality that the clean
 * view lacks takes no part.
 *
 * Shapes: tokens and parts `[b, T_m, d]`, features `[b, t_m, d_m]` -> scalars.
 * Source: DERL (arXiv 2602.01833) has a multi-level reconstruction strategy for collaborative supervision; only its abstract is known to
 * us. Which levels there are is ours, after EMT-DLFR (Sun et al. 2023) and HRLF (Li et al. 2024); see the function or class of each.
 * @param options.levels Which levels are on; by default all of them.
 * @param options.slots Which parts are decoded; the level cross needs both.
 * @param options.inDims Number of features of each modality, and options.times its steps; the level input needs both.
 * @param options.hiddenDim Width of the decoders' hidden layer, by default `2 dModel`.
 * @throws RangeError if a size is no positive integer or an option that a level needs isn't given; in `forward`, TypeError or RangeError if
 * shapes don't fit.
 * @example
 * const reconstruction = new MultiLevelReconstruction({ dModel: 8, inDims, times }, new Rng(1));
 * const { feature, input, representation, cross } = reconstruction.forward({ masked, clean, maskedInputs, cleanInputs }, ctx);
 */
export class MultiLevelReconstruction {
  private readonly levels: Readonly<Record<ReconstructionLevel, boolean>>;
  private readonly slots: readonly Slot[];
  private readonly decoders: PerModality<PartDecoder>;
  private readonly inputDecoders: PerModality<InputDecoder>;
  private readonly representation: RepresentationLevel | null;

  constructor(
    {
      dModel,
      modalities: asked = MODALITIES,
      levels = {},
      slots: askedSlots = SLOTS,
      inDims = {},
      times = {},
      hiddenDim,
      dropoutRate = 0,
    }: MultiLevelReconstructionOptions,
    rng: Rng,
  ) {
    const { feature = true, input = true, representation = true, cross = true } = levels;
    const modalities = MODALITIES.filter((modality) => asked.includes(modality)); // in the fixed order
    const slots = SLOTS.filter((slot) => askedSlots.includes(slot));
    if (slots.length === 0 || (cross && slots.length < SLOTS.length)) {
      const needed = cross ? "'shared' and 'private' for the level cross" : "'shared' or 'private'";
      throw new RangeError(`Cannot build MultiLevelReconstruction as slots must hold ${needed}: got [${askedSlots}].`);
    }
    const decoder = { dModel, numParts: slots.length, hiddenDim: hiddenDim ?? 2 * dModel, dropoutRate };
    this.levels = { feature, input, representation, cross };
    this.slots = slots;
    this.decoders = forModalities(
      feature || input || cross ? modalities : [],
      (modality) => new PartDecoder(decoder, rng.fork(`decoders.${modality}`)),
    );
    this.inputDecoders = forModalities(input ? modalities : [], (modality) => {
      const sizes = { dModel, inDim: valueFor(inDims, modality), time: valueFor(times, modality) };
      return new InputDecoder(sizes, rng.fork(`inputDecoders.${modality}`));
    });
    this.representation = representation
      ? new RepresentationLevel({ dModel, modalities, slots }, rng.fork('representation'))
      : null;
  }

  forward({ masked, clean, maskedInputs, cleanInputs }: ReconstructionViews, ctx: ForwardContext): ReconstructionTerms {
    const { feature, input, cross } = this.levels;
    const decoded = mapModalities(feature || input ? this.decoders : {}, (decoder, modality) =>
      decoder.forward(
        this.slots.map((slot) => valueFor(masked.parts[slot], modality)),
        ctx,
      ),
    );
    const predicted = mapModalities(this.inputDecoders, (decoder, modality) =>
      decoder.forward(valueFor(decoded, modality), valueFor(masked.parts.mask, modality)),
    );
    return {
      ...(feature && { feature: featureLevel(decoded, masked, clean) }),
      ...(input && { input: inputLevel(predicted, masked, maskedInputs, cleanInputs) }),
      ...(this.representation && { representation: this.representation.forward(masked.parts, clean.parts, ctx) }),
      ...(cross && { cross: crossLevel(this.decoders, masked, clean, ctx) }),
    };
  }
}
