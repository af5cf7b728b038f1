import * as tf from '@tensorflow/tfjs';
import { INFERENCE, MODALITIES, mapModalities, parameters, Rng } from '@trimodal/core';
import type { Batch, BatchView } from '@trimodal/data';
import { buildModel, buildObjective, editConfig, type ModelConfig, type PresetName, presets } from '@trimodal/models';
import { expectClose } from '@trimodal/testing';
import { adamW, clipByGlobalNorm, createCompiledStep, createEagerStep, type Learner } from '@trimodal/training';
import { expect, test } from 'vitest';

const DIMS = { text: 5, audio: 3, vision: 4 };
const TIMES = { text: 6, audio: 7, vision: 5 };
const SIZE = 4;
const STEPS = 50;

function learner(name: PresetName): Learner {
  const config = narrow(name);
  const model = buildModel(config, { dims: DIMS, times: TIMES, outDim: 1 }, new Rng(1).fork('model'));
  const objective = buildObjective(config, { kind: 'regression' });
  return {
    parameters: parameters(model),
    loss: (batch, ctx) => objective(model, batch, ctx),
    predict: (inputs) => model.forward(inputs, INFERENCE).prediction,
  };
}

/** A preset of width 8 whose encoders have one layer: what repeats adds nothing here. */
function narrow(name: PresetName): ModelConfig {
  const preset = presets[name];
  const encoders = mapModalities(preset.encoders, ({ kind }) => (kind === 'transformer' ? { numLayers: 1 } : {}));
  return editConfig(preset, { dModel: 8, encoders });
}

const normalsOf = (rng: Rng, size: number) => Float32Array.from({ length: size }, () => rng.normal());

/** A batch in as many views as a preset asks for. */
function batch(seed: number, { views = 'single' }: ModelConfig): Batch {
  const rng = new Rng(seed);
  return {
    size: SIZE,
    count: SIZE,
    indices: Int32Array.from({ length: SIZE }, (_, i) => i),
    labels: normalsOf(rng, SIZE),
    weights: new Float32Array(SIZE).fill(1),
    views: Array.from({ length: views === 'single' ? 1 : 2 }, (_, i) => batchView(rng.fork(`views.${i}`))),
  };
}

/** Sequences of any length, a modality missing in three of ten samples. */
function batchView(rng: Rng): BatchView {
  const present = Float32Array.from({ length: SIZE * 3 }, (_, i) => Number(i % 3 === 0 || rng.uniform() < 0.7));
  const mask = mapModalities(TIMES, (time, modality) => {
    const column = MODALITIES.indexOf(modality);
    const lengths = Array.from({ length: SIZE }, (_, row) => present[row * 3 + column]! * (1 + rng.int(time)));
    const data = Float32Array.from({ length: SIZE * time }, (_, i) =>
      Number(i % time < lengths[Math.floor(i / time)]!),
    );
    return { data, shape: [SIZE, time] as [number, number] };
  });
  const features = mapModalities(DIMS, (dim, modality) => {
    const there = mask[modality]!.data;
    const data = normalsOf(rng, there.length * dim).map((value, i) => value * there[Math.floor(i / dim)]!);
    return { data, shape: [SIZE, TIMES[modality], dim] as [number, number, number] };
  });
  return { features, mask, present };
}

test.each(Object.keys(presets) as PresetName[])(
  `${STEPS} steps of %s with dropout, missingness, clipping and AdamW are the same compiled`,
  async (name) => {
    const config = narrow(name);
    const options = { optimizer: adamW(), clip: clipByGlobalNorm(1) };
    const eager = createEagerStep({ learner: learner(name), ...options });
    const compiled = createCompiledStep({ learner: learner(name), ...options, threads: 1 });
    const [wanted, got]: [number[], number[]] = [[], []];
    for (let i = 0; i < STEPS; i++) {
      const step = { learningRate: 1e-3, rng: new Rng(7).fork(`step-${i}`), apply: true };
      wanted.push((await eager.step(batch(i, config), step)).loss);
      got.push((await compiled.step(batch(i, config), { ...step, rng: new Rng(7).fork(`step-${i}`) })).loss);
    }
    expectClose(got, wanted, { relative: 1e-4 });
    expect(new Set(wanted).size).toBe(STEPS);
    const view = batch(99, config).views[0]!;
    expectClose(await compiled.predict(view), await eager.predict(view), { relative: 1e-3 });
    eager.dispose();
    compiled.dispose();
    tf.disposeVariables();
  },
  300_000,
);
