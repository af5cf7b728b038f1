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
  const { rawFeatures = false, samples } = options;
  const directory = new RunDirectory(run);
  const result = directory.result();
  const { modalities } = result.config.model;
  const out = options.out ?? join(run, 'model.onnx');
  for (const file of samples ? [out, samples] : [out]) checkFree(file, options.force);
  await prepareBackend('cpu');
  const { model, checkpoint } = await loadModel(directory, options.checkpoint);
  const normalization = await normalizationOfRun(run, result, options.data);
  const inputs = graphInputs(modalities, result.data);
  const shapes: Record<string, readonly (number | string)[]> = {};
  const wanted = options.outputs?.split(',').map((name) => name.trim());
  const whole = modelGraph(model, modalities, rawFeatures ? normalization : undefined);
  const graph: Graph = (tensors) => {
    const all = whole(tensors);
    const names = chooseOutputs(Object.keys(all), wanted);
    for (const name of names) shapes[name] = ['batch', ...all[name]!.shape.slice(1)];
    return Object.fromEntries(names.map((name) => [name, all[name]!]));
  };
  const file = toOnnx(graph, { inputs, metadata: metadataOf(result, { checkpoint, rawFeatures, normalization }) });
  if (samples) {
    // for a graph that standardises, features as they are
    const dataset = await openRunData(run, result, options.data, !rawFeatures && result.config.data.standardize);
    try {
      writeFileWhole(samples, samplesOf(graph, dataset));
    } finally {
      dataset.close();
    }
  }
  writeFileWhole(out, file);
  console.log(
    summary(`${out}: ${(file.length / 2 ** 20).toFixed(2)} MiB, the weights of ${checkpoint}`, inputs, shapes),
  );
  if (samples) console.log(`Samples of the test split, and what the model says of them: ${samples}`);
}

/** @throws RangeError if there is a file that isn't to be lost. */
function checkFree(file: string, force = false): void {
  if (force || !existsSync(file)) return;
  throw new RangeError(
    `Cannot export to ${file} as there must be no such file: there is one; add --force to replace it.`,
  );
}

/** How the features of a run were standardised; the data are read only if they were. */
async function normalizationOfRun(run: string, result: RunResult, given: string | undefined): Promise<Normalization> {
  if (!result.config.data.standardize) return {};
  const dataset = await openRunData(run, result, given, true);
  dataset.close();
  return normalizationOf(dataset);
}

/** @throws RangeError if the data that a run was trained on aren't where they were, or not where they are said to be. */
async function openRunData(
  run: string,
  { config, data }: RunResult,
  given: string | undefined,
  standardize: boolean,
): Promise<Dataset> {
  const source = given ?? data.source;
  if (given === undefined && source !== SYNTHETIC && !existsSync(source)) {
    throw new RangeError(
      `Cannot export ${run} as the data that it was trained on must be read, for their statistics: ${source} is not there; tell by --data where they are.`,
    );
  }
  const asked = { ...config, data: { ...config.data, standardize } };
  const { dataset } = await openData(source, asked, config.model.modalities);
  if (dataset.dataHash === data.hash) return dataset;
  dataset.close();
  throw new RangeError(
    `Cannot export ${run} as its data must have the hash ${data.hash} (${data.source}): got ${dataset.dataHash} (${source}).`,
  );
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
    features: rawFeatures ? 'raw' : 'prepared',
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
  head: string,
  inputs: Readonly<Record<string, OnnxInput>>,
  outputs: Readonly<Record<string, readonly (number | string)[]>>,
): string {
  const row = (name: string, shape: readonly (number | string)[]) => [name, shape.join(' x ')];
  const given = Object.entries(inputs).map(([name, { shape }]) => row(name, shape));
  const made = Object.entries(outputs).map(([name, shape]) => row(name, shape));
  return [head, table(['input', 'shape'], given), table(['output', 'shape'], made)].join('\n');
}
