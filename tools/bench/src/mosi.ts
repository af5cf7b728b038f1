import { INFERENCE, mapModalities, parameters, Rng } from '@trimodal/core';
import { buildModel, buildObjective, type ModelConfig, presets } from '@trimodal/models';
import { paddedRows, randomBatch } from './batch';
import type { Workload } from './workload';

const SHAPES = { text: { time: 40, dim: 100 }, audio: { time: 8, dim: 73 }, vision: { time: 8, dim: 100 } };
/** How long the utterances of the training split of mosi.pkl are, from the shortest tenth to the longest. */
const LENGTHS = {
  text: [3, 5, 6, 7, 9, 10, 12, 15, 19, 29],
  audio: [2, 4, 7, 8, 8, 8, 8, 8, 8, 8],
  vision: [0, 0, 0, 0, 0, 0, 0, 0, 4, 8],
};

/** DBR, as `trimodal train dbr` trains it on CMU-MOSI: shapes and lengths of the file, random features. */
export const mosi: Workload = {
  widths: [presets.dbr.dModel],
  // as the recipe of the preset, without its schedule
  training: { learningRate: 2e-3, weightDecay: 1e-3, clipNorm: 1 },
  hasDropout: true,
  learner: (_, dropout) => {
    const config: ModelConfig = dropout ? presets.dbr : withoutDropout(presets.dbr);
    const data = {
      dims: mapModalities(SHAPES, ({ dim }) => dim),
      times: mapModalities(SHAPES, ({ time }) => time),
      outDim: 1,
    };
    const model = buildModel(config, data, new Rng(1));
    const objective = buildObjective(config, { kind: 'regression' });
    return {
      parameters: parameters(model),
      loss: (batch, ctx) => objective(model, batch, ctx),
      predict: (inputs) => model.forward(inputs, INFERENCE).prediction,
    };
  },
  batch(size) {
    const rng = new Rng(5);
    const masks = mapModalities(SHAPES, (shape, modality) => {
      const lengths = Array.from({ length: size }, () => LENGTHS[modality][rng.int(LENGTHS[modality].length)]!);
      return { ...shape, rows: paddedRows(lengths, shape.time) };
    });
    for (const [sample, text] of masks.text!.rows.entries()) {
      for (const rows of [text, masks.audio!.rows[sample]!, masks.vision!.rows[sample]!]) loseSteps(rows, rng);
      text[0] = 1; // something is left of every sample
    }
    return randomBatch(masks, rng);
  },
  mirror: () => ({ mirror: 'dbr', options: presets.dbr }),
};

/** The protocol `frame-train`: half of the sequences lose each step at a rate of their own. */
function loseSteps(row: Float32Array, rng: Rng): void {
  const rate = rng.uniform() < 0.5 ? 0 : rng.uniform();
  row.forEach((_, step) => {
    if (rng.uniform() < rate) row[step] = 0;
  });
}

/** The config with every rate of dropout at 0. */
function withoutDropout(config: ModelConfig): ModelConfig {
  return JSON.parse(JSON.stringify(config), (key, value) => (/dropoutRate$/i.test(key) ? 0 : value));
}
