import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { type OnnxInput, toOnnx } from '@trimodal/compiler';
import { encodeSafetensors, type StoredTensor } from '@trimodal/core';
import { batches, type Dataset, toTensors } from '@trimodal/data';
import { planFor } from '../batch-sources';
import { prepareBackend } from '../engine';
import { graphInputs, modelGraph, namedInputs } from '../export/model-graph';
import { chooseOutputs } from '../export/named-outputs';
import { type Normalization, normalizationOf } from '../export/normalization';
import { loadModel } from '../load-model';
import { openData, SYNTHETIC } from '../open-data';
import { RunDirectory } from '../run-directory';
import type { RunResult } from '../run-result';
import { table } from '../terminal/table';
import { readVersion } from '../version';
import { writeFileWhole } from '../write-file';

export type ExportOptions = {
  /** ONNX is the one there is. */
  readonly format: 'onnx';
  /** `model.onnx` in the run's folder unless told. */
  readonly out?: string;
  /** `best`, `last`, or the name of a checkpoint. */
  readonly checkpoint?: string;
  /** Where the data of the run are, if not where they were. */
  readonly data?: string;
  readonly rawFeatures?: boolean;
  /** Names of outputs, with commas between. */
  readonly outputs?: string;
  /** A safetensors file for some samples of the test split and what the model says of them. */
  readonly samples?: string;
  readonly force?: boolean;
};

type Graph = ReturnType<typeof modelGraph>;

/** As many samples of the test split go into `--samples`, if there are so many. */
const MAX_SAMPLES = 64;

/** `trimodal export`: a finished run as one file that other runtimes load. */
export async function exportRun(run: string, options: ExportOptions): Promise<void> {
  const { checkpoint = 'best', rawFeatures = false, samples } = options;
  const directory = new RunDirectory(run);
  const result = directory.result();
  const out = options.out ?? join(run, 'model.onnx');
  for (const file of samples ? [out, samples] : [out]) checkFree(file, options.force);
  await prepareBackend('cpu');
  const model = await loadModel(directory, checkpoint);
  const needsData = result.config.data.standardize || samples !== undefined;
  const dataset = needsData ? await openDataOf(result, run, options.data, rawFeatures) : undefined;
  try {
    const normalization = dataset?.normalization ?? {};
    const { modalities } = result.config.model;
    const graph = modelGraph(model, modalities, rawFeatures ? normalization : undefined);
    const inputs = graphInputs(modalities, result.data);
    const shapes: Record<string, readonly (number | string)[]> = {};
    const wanted = options.outputs?.split(',').map((name) => name.trim());
    const chosen: Graph = (tensors) => {
      const all = graph(tensors);
      const names = chooseOutputs(Object.keys(all), wanted);
      for (const name of names) shapes[name] = ['batch', ...all[name]!.shape.slice(1)];
      return Object.fromEntries(names.map((name) => [name, all[name]!]));
    };
    const metadata = metadataOf(result, { checkpoint, rawFeatures, normalization });
    const file = toOnnx(chosen, { inputs, metadata });
    writeFileWhole(out, file);
    if (dataset && samples) writeFileWhole(samples, samplesOf(chosen, dataset.dataset));
    console.log(summary(out, file, inputs, shapes));
    if (samples) console.log(`Samples of the test split, and what the model says of them: ${samples}`);
  } finally {
    dataset?.dataset.close();
  }
}

/** @throws RangeError if there is a file that isn't to be lost. */
function checkFree(file: string, force = false): void {
  if (force || !existsSync(file)) return;
  throw new RangeError(
    `Cannot export to ${file} as there must be no such file: there is one; add --force to replace it.`,
  );
}

/** The data of a run, and how they were standardised; raw, they are cleaned alone. */
async function openDataOf(
  { config, data }: RunResult,
  run: string,
  given: string | undefined,
  raw: boolean,
): Promise<{ dataset: Dataset; normalization: Normalization }> {
  const source = given ?? data.source;
  if (given === undefined && source !== SYNTHETIC && !existsSync(source)) {
    throw new RangeError(
      `Cannot export ${run} as the statistics of its features must be read from the data that it was trained on: ${source} is not there; tell by --data where it is.`,
    );
  }
  const { dataset } = await openData(source, config, config.model.modalities);
  if (dataset.dataHash !== data.hash) {
    dataset.close();
    throw new RangeError(
      `Cannot export ${run} as its data must have the hash ${data.hash} (${data.source}): got ${dataset.dataHash} (${source}).`,
    );
  }
  const normalization = normalizationOf(dataset);
  if (!raw) return { dataset, normalization };
  dataset.close();
  const unscaled = { ...config, data: { ...config.data, standardize: false } };
  return { dataset: (await openData(source, unscaled, config.model.modalities)).dataset, normalization };
}

/** What a file tells of itself: JSON by key. */
function metadataOf(
  { architecture, config, data, selected, seed, versions }: RunResult,
  exported: { checkpoint: string; rawFeatures: boolean; normalization: Normalization },
): Record<string, string> {
  const { task, dims, times } = data;
  const { checkpoint, rawFeatures, normalization } = exported;
  const entries = {
    version: readVersion(),
    run: { architecture, seed, checkpoint, selected, dataHash: data.hash, versions },
    config,
    task,
    modalities: config.model.modalities,
    dims,
    times,
    features: rawFeatures ? 'raw' : 'standardized',
    normalization,
  };
  return Object.fromEntries(
    Object.entries(entries).map(([key, value]) => [
      `trimodal.${key}`,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

/** The first samples of the test split, parts of which are missing, as `input/NAME`; `output/NAME` is what TensorFlow.js makes of them. */
function samplesOf(graph: Graph, dataset: Dataset): Uint8Array {
  const missingness = planFor(dataset, 'test', { protocol: 'mixed', rate: 0.3 });
  const batchSize = Math.min(MAX_SAMPLES, dataset.splits.test.size);
  const [batch] = batches(dataset, 'test', { batchSize, missingness });
  const stored = new Map<string, StoredTensor>();
  tf.tidy(() => {
    const inputs = namedInputs(toTensors(batch!).views[0]!);
    for (const [side, tensors] of Object.entries({ input: inputs, output: graph(inputs) })) {
      for (const [name, tensor] of Object.entries(tensors)) {
        const data = (tensor.dataSync() as Float32Array).slice(); // a copy: the backend frees its own
        stored.set(`${side}/${name}`, { shape: tensor.shape, data });
      }
    }
  });
  return encodeSafetensors(stored);
}

function summary(
  out: string,
  file: Uint8Array,
  inputs: Readonly<Record<string, OnnxInput>>,
  outputs: Readonly<Record<string, readonly (number | string)[]>>,
): string {
  const row = (name: string, shape: readonly (number | string)[]) => [name, shape.join(' x ')];
  return [
    `${out}: ${(file.length / 2 ** 20).toFixed(2)} MiB`,
    table(
      ['input', 'shape'],
      Object.entries(inputs).map(([name, { shape }]) => row(name, shape)),
    ),
    table(
      ['output', 'shape'],
      Object.entries(outputs).map(([name, shape]) => row(name, shape)),
    ),
  ].join('\n');
}
