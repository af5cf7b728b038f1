import { expect, test } from 'vitest';
import { type ConfigEdit, editConfig } from './edit-config';
import { modelConfig } from './model-config';
import { parseConfig } from './parse-config';
import { presets } from './presets/index';

const parse = (edit: ConfigEdit) => parseConfig(modelConfig, editConfig(presets.dbr, edit), 'this configuration');

test.each(Object.entries(presets))('the preset %s is a valid configuration and survives JSON', (_, preset) => {
  expect(parseConfig(modelConfig, JSON.parse(JSON.stringify(preset)), 'it')).toEqual(preset);
});

test('an unknown key is refused by its path and the nearest name', () => {
  expect(() => parse({ dmodel: 32 })).toThrow('has no key dmodel; known there: modalities, dModel');
  expect(() => parse({ dmodel: 32 })).toThrow('Did you mean dModel?');
  expect(() => parse({ sharedBranch: { kernelsize: 5 } })).toThrow('Did you mean sharedBranch.kernelSize?');
  expect(() => parse({ encoders: { text: { kind: 'temporal-conv', kernlSize: 5 } } })).toThrow(
    'Did you mean encoders.text.kernelSize?',
  );
  expect(() => parse({ objective: { orthogonalty: 1 } })).toThrow('Did you mean objective.orthogonality?');
});

test('a key of another kind is no key here', () => {
  expect(() => parse({ fusion: { kind: 'concat', directions: 'both' } })).toThrow(
    'no key fusion.directions; known there: kind, pooling',
  );
});

test('a wrong value is refused by its path, with what is allowed', () => {
  expect(() => parse({ dModel: 0 })).toThrow(/dModel is wrong .*: got 0/);
  expect(() => parse({ regressionLoss: 'l3' })).toThrow(
    'regressionLoss is wrong (one of l1, mse, smooth-l1): got "l3"',
  );
  expect(() => parse({ sharedBranch: { kind: 'tfs' } })).toThrow(
    /sharedBranch.kind is wrong .*identity.*tsf.*: got "tfs"/,
  );
  expect(() => parse({ sharedBranch: { dropoutRate: 1.5 } })).toThrow(/sharedBranch.dropoutRate is wrong .*: got 1.5/);
});

test('every fault is named at once', () => {
  expect(() => parse({ dModel: -1, unknown: 1 })).toThrow(/dModel[\s\S]*unknown/);
});
