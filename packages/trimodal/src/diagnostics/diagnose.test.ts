import { Rng } from '@trimodal/core';
import { createDataset, type RawDataset, type RawSplit, syntheticDataset } from '@trimodal/data';
import { editConfig } from '@trimodal/models';
import { expect, test } from 'vitest';
import { assemble } from '../assemble';
import { prepareBackend } from '../engine';
import { presetRun } from '../recipes';
import { diagnose } from './diagnose';

const config = editConfig(presetRun('dbr'), { model: { dModel: 8, head: { hiddenDim: 4 } } });
const raw = syntheticDataset({ seed: new Rng(1).int(100), sizes: { train: 40, valid: 24, test: 8 } });
const asClasses = (split: RawSplit): RawSplit => ({ ...split, labels: split.labels.map((label) => Number(label > 0)) });
const classes: RawDataset = {
  ...{ source: 'classes', dataHash: raw.dataHash, close: raw.close },
  task: { kind: 'classification', classes: ['negative', 'positive'] },
  splits: {
    train: asClasses(raw.splits.train),
    valid: asClasses(raw.splits.valid),
    test: asClasses(raw.splits.test),
  },
};

test('every run of a model that splits is diagnosed; what needs scores is left out for classes', async () => {
  await prepareBackend('cpu');
  const balance = (data: RawDataset) => {
    const dataset = createDataset(data);
    return diagnose(assemble(config, dataset).model, config, { dataset }).branchBalance;
  };
  const scores = balance(raw);
  expect(Object.keys(scores!)).toEqual(['redundancy', 'leakage', 'bias', 'complementarity']);
  expect(Object.keys(balance(classes)!)).toEqual(['redundancy', 'leakage']);
  expect(scores!.leakage.chance).toBeCloseTo(1 / 3, 6);
});

test('a model that does not split has nothing to tell', async () => {
  await prepareBackend('cpu');
  const plain = editConfig(presetRun('concat'), { model: { dModel: 8, head: { hiddenDim: 4 } } });
  const dataset = createDataset(raw, { modalities: plain.model.modalities });
  expect(diagnose(assemble(plain, dataset).model, plain, { dataset })).toEqual({});
});
