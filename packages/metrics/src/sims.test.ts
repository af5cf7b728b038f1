import { expect, it } from 'vitest';
import { simsMetrics } from './sims';

it('0 is negative, and an upper end belongs to its class', () => {
  expect(simsMetrics([-0.4, 0.4], [0, 0.01]).acc2).toBe(1);
  expect(simsMetrics([0.4], [0]).acc2).toBe(0);
  expect(simsMetrics([0, -0.8, 0.8], [0.1, -0.1, 0.11]).acc3).toBe(1);
  expect(simsMetrics([-1, -0.2, 0, 0.2, 1], [-0.7, -0.1, 0.1, 0.7, 0.71]).acc5).toBe(1);
  expect(simsMetrics([0.8], [0.7]).acc5).toBe(0);
});

it('compares as float32: 0.1 of a file is neutral, though it is 0.10000000149', () => {
  expect(simsMetrics(Float32Array.of(0), Float32Array.of(0.1)).acc3).toBe(1);
  expect(simsMetrics(Float32Array.of(-1), Float32Array.of(-0.7)).acc5).toBe(1);
});

it('takes what lies beyond [-1, 1] as the outermost class', () => {
  const s = simsMetrics([-1, 1], [-5, 3]);
  expect([s.acc2, s.acc3, s.acc5, s.f1]).toEqual([1, 1, 1, 1]);
  expect(s.mae).toBe(3);
});

it('refuses what is not a number', () => {
  expect(() => simsMetrics([0, Number.NaN], [0, 0])).toThrow('truth must be finite: got NaN at index 1');
});
