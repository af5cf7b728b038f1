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

test('a step is compared to the faster of the two PyTorches', () => {
  const [losses, speed] = of('step', [row, { ...row, d: 128, torchCompileMs: 9 }]);
  expect(losses.reached).toBe(true);
  expect(speed.reached).toBe(false);
  expect(speed.measured).toBe('in 1 of 2 settings; the least: 0.90 times as fast (encoder, d=128, batch 32, 1 thread)');
});

test('rows that other programs disturbed, or without PyTorch, do not count', () => {
  const disturbed = { ...row, threads: 1000, busyCores: 1, torchEagerMs: 1 };
  const alone = { ...row, torchEagerMs: null, torchCompileMs: null, lossDifference: null };
  const [, speed] = of('step', [row, disturbed, alone]);
  expect(speed.reached).toBe(true);
  expect(speed.measured).toMatch(/^in 1 of 1 settings.*; 1 not counted/);
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
