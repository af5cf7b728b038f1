import { INFERENCE, MODALITIES, maskedMean } from '@trimodal/core';
import { batches, type Dataset, toTensors } from '@trimodal/data';
import type { TrimodalModel } from '@trimodal/models';
import { expectClose } from '@trimodal/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONFIG, DATA } from '../__fixtures__/cli';
import { assemble } from '../assemble';
import { loadRunConfig } from '../load-run-config';
import { openData } from '../open-data';
import { collectParts, commonRows } from './collect-parts';

let dataset: Dataset;
let model: TrimodalModel;
beforeAll(async () => {
  const config = loadRunConfig({ architecture: 'dbr', file: CONFIG });
  ({ dataset } = await openData(DATA, config, MODALITIES));
  ({ model } = assemble(config, dataset));
});
afterAll(() => dataset.close());

test('each sample counts once, where its modality is there; padding never', () => {
  const parts = collectParts(model, batches(dataset, 'valid', { batchSize: 4 })); // 4, 4, 1 and 3 of padding
  const present = [1, 2, 4, 5, 7, 8]; // vision is missing for every third
  expect([...parts.shared.text!.rows]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect([...parts.shared.vision!.rows]).toEqual(present);
  expect([...parts.private.vision!.rows]).toEqual(present);
  expect(parts.private.vision!.data).toHaveLength(present.length * 8);
  expect(parts.labels).toEqual(dataset.splits.valid.labels);
  expect(parts.predictions.joint).toHaveLength(9);
  expect(parts.predictions.shared).toHaveLength(9);
});

test('parts are pooled over the steps that are there; the batch size makes no difference', () => {
  const [batch] = batches(dataset, 'valid', { batchSize: 9 });
  const output = model.forward(toTensors(batch!).views[0]!, INFERENCE);
  const parts = collectParts(model, batches(dataset, 'valid', { batchSize: 4 }));
  const { text } = output.parts.mask;
  expectClose(parts.shared.text!.data, maskedMean(output.parts.shared.text!, text!));
  expectClose(parts.private.text!.data, maskedMean(output.privateBranch.private.text!, text!));
  expectClose(parts.predictions.joint, output.prediction);
  expectClose(parts.predictions.private!, output.branchPredictions!.private);
});

test('rows that two parts have both', () => {
  const a = { data: Float32Array.of(1, 1, 2, 2, 3, 3), dim: 2, rows: Int32Array.of(0, 4, 5) };
  const b = { data: Float32Array.of(7, 8, 9), dim: 1, rows: Int32Array.of(5, 4, 6) };
  expect(commonRows(a, b)).toEqual({ a: Float32Array.of(2, 2, 3, 3), b: Float32Array.of(8, 7), n: 2 });
});
