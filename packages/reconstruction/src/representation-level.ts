import * as tf from '@tensorflow/tfjs';
import {
  anyPresent,
  type ForwardContext,
  forModalities,
  type Modality,
  maskedMean,
  modalitiesOf,
  type Parts,
  type PerModality,
  type Rng,
  valueFor,
} from '@trimodal/core';
import { Mlp } from '@trimodal/layers';
import { negativeCosine } from '@trimodal/losses';
import { meanOf, SLOTS, type Slot } from './views';

export type RepresentationLevelOptions = {
  dModel: number;
  modalities: readonly Modality[];
  slots?: readonly Slot[];
  hiddenDim?: number;
};

/**
 * How far the pooled parts of two views of a sample are from predicting each other:
 * `mean -(cos(h(z), stop z') + cos(h(z'), stop z)) / 2` over the parts, with a predictor h; -1 where they do.
 *
 * The shared parts have one predictor, the private parts of each modality one of their own. A sample counts where the modality is
 * there in both views.
 *
 * Shapes: parts `[b, t_m, d]` of both views -> scalar in [-1, 1]; 0 where nothing is there in both.
 * Source: the high-level attraction of EMT-DLFR (Sun et al. 2023), which is that of SimSiam (Chen & He 2021): the predictor and the stopped
 * gradients keep it from collapse. Ours: no projector and no batch normalisation, as the parts have other tasks that keep them apart.
 * @param options.hiddenDim Width of the predictors' hidden layer, by default half of dModel: a bottleneck.
 * @throws RangeError if a size is no positive integer or a view lacks a part.
 * @example new RepresentationLevel({ dModel: 4, modalities: MODALITIES }, new Rng(1)).forward(masked.parts, clean.parts, INFERENCE);
 */
export class RepresentationLevel {
  private readonly shared: Mlp | null;
  private readonly private: PerModality<Mlp>;
  private readonly modalities: readonly Modality[];

  constructor(
    { dModel, modalities, slots = SLOTS, hiddenDim = Math.ceil(dModel / 2) }: RepresentationLevelOptions,
    rng: Rng,
  ) {
    const predictor = (name: string) => new Mlp({ inDim: dModel, hiddenDim, outDim: dModel }, rng.fork(name));
    this.modalities = modalities;
    this.shared = slots.includes('shared') ? predictor('shared') : null;
    this.private = forModalities(slots.includes('private') ? modalities : [], (modality) =>
      predictor(`private.${modality}`),
    );
  }

  forward(masked: Parts, clean: Parts, ctx: ForwardContext): tf.Scalar {
    const attraction = (slot: Slot, modality: Modality, predictor: Mlp) => {
      const [z, y] = [masked, clean].map(({ [slot]: parts, mask }) =>
        maskedMean(valueFor(parts, modality), valueFor(mask, modality)),
      ) as [tf.Tensor2D, tf.Tensor2D];
      const inBoth = anyPresent(valueFor(masked.mask, modality)).mul(anyPresent(valueFor(clean.mask, modality)));
      const [fromMasked, fromClean] = tf.split(predictor.forward(tf.concat([z, y]), ctx), 2);
      return negativeCosine(fromMasked!, y, inBoth)
        .add<tf.Scalar>(negativeCosine(fromClean!, z, inBoth))
        .div<tf.Scalar>(2);
    };
    const { shared } = this;
    return meanOf([
      ...modalitiesOf(this.private).map((modality) =>
        attraction('private', modality, valueFor(this.private, modality)),
      ),
      ...(shared ? this.modalities.map((modality) => attraction('shared', modality, shared)) : []),
    ]);
  }
}
