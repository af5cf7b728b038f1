import { concat, type Scalar, type Tensor2D } from '@tensorflow/tfjs';
import {
  type ForwardContext,
  INFERENCE,
  type ModelInputs,
  mapModalities,
  maskedMean,
  parameters,
  Rng,
  valuesOf,
} from '@trimodal/core';
import { AttentionPooling, Linear, TransformerEncoder } from '@trimodal/layers';
import type { Learner } from '../../../packages/training/src/learner';

export const DIMS = { text: 768, audio: 5, vision: 20 };

export type EncoderModelOptions = {
  readonly d: number;
  readonly numHeads: number;
  readonly pooling: 'mean' | 'attention';
};

/** Three modalities, two transformer layers each, their pooled tokens side by side, one linear layer; mean absolute error. */
export function encoderModel({ d, numHeads, pooling }: EncoderModelOptions): Learner {
  const rng = new Rng(1);
  const model = {
    projections: mapModalities(DIMS, (inDim, m) => new Linear({ inDim, outDim: d }, rng.fork(`projections.${m}`))),
    encoders: mapModalities(
      DIMS,
      (_, m) =>
        new TransformerEncoder(
          { dModel: d, numHeads, numLayers: 2, hiddenDim: 4 * d, dropoutRate: 0 },
          rng.fork(`encoders.${m}`),
        ),
    ),
    pooling: mapModalities(pooling === 'attention' ? DIMS : {}, (_, m) => {
      return new AttentionPooling({ dim: d }, rng.fork(`pooling.${m}`));
    }),
    head: new Linear({ inDim: 3 * d, outDim: 1 }, rng.fork('head')),
  };
  const forward = ({ features, mask }: ModelInputs, ctx: ForwardContext) => {
    const pooled = mapModalities(model.encoders, (encoder, m) => {
      const tokens = encoder.forward(model.projections[m]!.forward(features[m]!), mask[m]!, ctx);
      return model.pooling[m]?.forward(tokens, mask[m]!).pooled ?? maskedMean(tokens, mask[m]!);
    });
    return model.head.forward(concat(valuesOf(pooled), 1)) as Tensor2D;
  };
  return {
    parameters: parameters(model),
    loss({ views, labels }, ctx) {
      const task = forward(views[0]!, ctx).squeeze([1]).sub(labels).abs().mean<Scalar>();
      return { loss: task, terms: { task } };
    },
    predict: (inputs) => forward(inputs, INFERENCE),
  };
}
