import { expect, test } from 'vitest';
import { configDifferences } from './config-difference';

test('leaf by leaf, a part of another kind as a whole', () => {
  const preset = { seed: 1, model: { fusion: { kind: 'brf', numHeads: 4 }, dModel: 64, list: [1, 2] }, data: null };
  const run = {
    seed: 1,
    model: { fusion: { kind: 'concat' }, dModel: 32, list: [1, 2], more: true },
    data: { rate: 0.5 },
  };
  expect(configDifferences(preset, run)).toEqual([
    { path: 'model.fusion', preset: '{"kind":"brf","numHeads":4}', run: '{"kind":"concat"}' },
    { path: 'model.dModel', preset: '64', run: '32' },
    { path: 'model.more', preset: undefined, run: 'true' },
    { path: 'data', preset: 'null', run: '{"rate":0.5}' },
  ]);
  expect(configDifferences(preset, preset)).toEqual([]);
});
