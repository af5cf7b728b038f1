import { concat, type Scalar, type Tensor, type Tensor2D } from '@tensorflow/tfjs';
import { type CompiledFunction, compile } from '@trimodal/compiler';
import {
  encodeSafetensors,
  type ForwardContext,
  INFERENCE,
  MODALITIES,
  type ModelInputs,
  mapModalities,
  maskedMean,
  parameters,
  Rng,
  type StoredTensor,
  valuesOf,
} from '@trimodal/core';
import type { Batch } from '@trimodal/data';
import { Linear, TransformerEncoder } from '@trimodal/layers';
// the engine alone: the rest of the package reads files and keeps checkpoints
import { modelInputs, viewArrays } from '../../packages/training/src/batch-inputs';
import { createCompiledStep } from '../../packages/training/src/compiled-step';
import type { Learner } from '../../packages/training/src/learner';
import { adamW } from '../../packages/training/src/optimizers';

const DIMS = { text: 768, audio: 5, vision: 20 };

export type Setting = { readonly batch: number; readonly time: number; readonly d: number; readonly threads: number };

/** Three modalities, two transformer layers each, the means of their tokens side by side, one linear layer; mean absolute error. */
export function encoderLearner(d: number): Learner {
  const rng = new Rng(1);
  const model = {
    projections: mapModalities(DIMS, (inDim, m) => new Linear({ inDim, outDim: d }, rng.fork(`projections.${m}`))),
    encoders: mapModalities(
      DIMS,
      (_, m) =>
        new TransformerEncoder(
          { dModel: d, numHeads: 4, numLayers: 2, hiddenDim: 4 * d, dropoutRate: 0 },
          rng.fork(`encoders.${m}`),
        ),
    ),
    head: new Linear({ inDim: 3 * d, outDim: 1 }, rng.fork('head')),
  };
  const forward = ({ features, mask }: ModelInputs, ctx: ForwardContext) => {
    const pooled = mapModalities(model.encoders, (encoder, m) => {
      const tokens = model.projections[m]!.forward(features[m]!);
      return maskedMean(encoder.forward(tokens, mask[m]!, ctx), mask[m]!);
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

/** Normal features, sequences of half to full length. */
export function encoderBatch({ batch, time }: Setting): Batch {
  const rng = new Rng(5);
  const normals = (size: number) => Float32Array.from({ length: size }, () => rng.normal());
  const lengths = Array.from({ length: batch }, () => Math.ceil(time / 2) + rng.int(Math.floor(time / 2) + 1));
  const mask = () =>
    Float32Array.from({ length: batch * time }, (_, i) => Number(i % time < lengths[Math.floor(i / time)]!));
  return {
    size: batch,
    count: batch,
    indices: Int32Array.from({ length: batch }, (_, i) => i),
    views: [
      {
        features: mapModalities(DIMS, (dim) => ({ data: normals(batch * time * dim), shape: [batch, time, dim] })),
        mask: mapModalities(DIMS, () => ({ data: mask(), shape: [batch, time] })),
        present: new Float32Array(batch * MODALITIES.length).fill(1),
      },
    ],
    labels: normals(batch),
    weights: new Float32Array(batch).fill(1),
  };
}

/** Weights and inputs for the mirror. */
export function encoderArrays(learner: Learner, { views, labels, size }: Batch): Uint8Array {
  const arrays = new Map<string, StoredTensor>();
  for (const [path, weight] of learner.parameters) {
    arrays.set(path, { shape: weight.shape, data: weight.dataSync() as Float32Array });
  }
  for (const m of MODALITIES) {
    arrays.set(`input/features/${m}`, views[0]!.features[m]!);
    arrays.set(`input/mask/${m}`, views[0]!.mask[m]!);
  }
  arrays.set('input/labels', { shape: [size], data: labels });
  return encodeSafetensors(arrays);
}

/** Our side: one training step, or one prediction, a call; the loss or the first prediction comes back. */
export function encoderRunner(learner: Learner, batch: Batch, threads: number, learningRate: number) {
  const engine = createCompiledStep({ learner, optimizer: adamW(), threads });
  const rng = new Rng(1);
  const arrays = viewArrays(batch.views[0]!);
  const feeds = Object.fromEntries(Object.entries(arrays).map(([name, { data }]) => [name, data]));
  const prediction = (inputs: Record<string, Tensor>) => ({
    prediction: learner.predict(modelInputs(batch.views[0]!, inputs)),
  });
  let predictor: Promise<CompiledFunction> | undefined;
  return {
    step: async () => (await engine.step(batch, { learningRate, rng, apply: true })).loss,
    infer: async () => {
      predictor ??= compile(prediction, { inputs: arrays, frozen: true, threads });
      return (await (await predictor).run(feeds))['prediction']!.data[0]!;
    },
    dispose: () => engine.dispose(),
  };
}
