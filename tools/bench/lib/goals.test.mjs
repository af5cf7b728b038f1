import { expect, test } from 'vitest';
import { goalsOf } from './goals.mjs';

const row = {
  workload: 'encoder',
  d: 64,
  batch: 32,
  threads: 1,
  trimodalMs: 10,
  torchEagerMs: 20,
  torchCompileMs: 12,
  lossDifference: 1e-7,
  busyCores: 0,
};
const of = (part, result) => goalsOf({ [part]: { result } });

test('a step is compared to each of the two PyTorches', () => {
  const [losses, eager, compiled] = of('step', [row, { ...row, d: 128, torchEagerMs: 19, torchCompileMs: 20 }]);
  expect(losses.reached).toBe(true);
  expect([eager.reached, compiled.reached]).toEqual([false, false]);
  expect(eager.measured).toBe(
    'in 1 of 2 settings; from 1.90 (encoder, d=128, 1 thread) to 2.00 (encoder, d=64, 1 thread)',
  );
  expect(compiled.measured).toMatch(/^in 1 of 2 settings; from 1.20/);
});

test('a prediction of one sample has a goal of its own', () => {
  const goals = of('infer', [
    { ...row, batch: 1, torchEagerMs: 25 },
    { ...row, batch: 64, torchEagerMs: 15 },
  ]);
  expect(goals.map(({ reached }) => reached)).toEqual([true, false]);
});

test('rows that other programs disturbed, or without PyTorch, do not count', () => {
  const disturbed = { ...row, threads: 1000, busyCores: 1, torchEagerMs: 1 };
  const alone = { ...row, torchEagerMs: null, torchCompileMs: null, lossDifference: null };
  const [, eager] = of('step', [row, disturbed, alone]);
  expect(eager.reached).toBe(true);
  expect(eager.measured).toMatch(/^in 1 of 1 settings.*; 1 not counted/);
  expect(of('step', [alone])).toEqual([expect.objectContaining({ reached: undefined })]);
});

test('losses that differ are told', () => {
  expect(of('step', [row, { ...row, lossDifference: 1e-3 }])[0].reached).toBe(false);
});

test('the share of matrix products depends on the width', () => {
  const profile = (d, productsMs) => of('profile', [{ workload: 'encoder', d, plainMs: 100, productsMs }])[0].reached;
  expect([profile(64, 65), profile(64, 64), profile(128, 75), profile(128, 74)]).toEqual([true, false, true, false]);
});

test('memory must not be above that of PyTorch, nor grow', () => {
  const flatness = { earlySteps: 200, earlyMb: 100, lateSteps: 2000, lateMb: 105 };
  const memory = (torchEagerMb, lateMb) => {
    const peaks = [{ workload: 'mosi', d: 64, trimodalMb: 300, torchEagerMb }];
    return of('memory', { peaks, flatness: { ...flatness, lateMb } }).map(({ reached }) => reached);
  };
  expect(memory(300, 105)).toEqual([true, true]);
  expect(memory(299, 106)).toEqual([false, false]);
  expect(memory(null, 90)).toEqual([undefined, true]);
});
