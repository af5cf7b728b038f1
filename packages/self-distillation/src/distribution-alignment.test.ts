import * as tf from '@tensorflow/tfjs';
import { mapModalities, type PerModality, valueFor } from '@trimodal/core';
import { gaussianJs, mmd, slicedWasserstein } from '@trimodal/losses';
import { DIM, expectClose, samples, tokensOf } from '@trimodal/testing';
import { describe, expect, it } from 'vitest';
import { type AlignmentKind, distributionAlignment, type ViewParts, viewAlignment } from './distribution-alignment';

const KINDS = ['mmd', 'sliced-wasserstein', 'gaussian-js'] as const;
const number = (x: tf.Tensor) => x.dataSync()[0]!;

describe.each(KINDS)('distributionAlignment by %s', (kind) => {
  const a = samples<tf.Tensor2D>([6, 3]);
  const distance = (b: tf.Tensor) => number(distributionAlignment(a, b as tf.Tensor2D, { kind }));

  it('is 0 for equal samples in any order, and grows with a shift', () => {
    expect(Math.abs(distance(tf.gather(a, [3, 5, 0, 1, 4, 2])))).toBeLessThan(1e-6);
    expect(distance(a.add(0.5))).toBeGreaterThan(1e-3);
    expect(distance(a.add(1))).toBeGreaterThan(1.2 * distance(a.add(0.5)));
  });

  it('is the distance of that name, over rows that are there', () => {
    const losses = { mmd, 'sliced-wasserstein': slicedWasserstein, 'gaussian-js': gaussianJs };
    const weightsA = tf.tensor1d([1, 0, 1, 1, 0, 1]);
    const b = samples<tf.Tensor2D>([4, 3], 2);
    expectClose(distributionAlignment(a, b, { kind, weightsA }), losses[kind](a, b, { weightsA }));
    const kept = tf.gather(a, [0, 2, 3, 5]) as tf.Tensor2D;
    expectClose(distributionAlignment(a, b, { kind, weightsA }), losses[kind](kept, b));
  });

  it('has a gradient for both', () => {
    const gradients = tf.grads((x: tf.Tensor, y: tf.Tensor) =>
      distributionAlignment(x as tf.Tensor2D, y as tf.Tensor2D, { kind }),
    )([a, a.add(0.5)]);
    for (const gradient of gradients) expect(number(gradient.abs().sum())).toBeGreaterThan(1e-3);
  });
});

it('sliced Wasserstein takes its directions from the seed', () => {
  const [a, b] = [samples<tf.Tensor2D>([6, 3]), samples<tf.Tensor2D>([6, 3], 2)];
  const distance = (seed: number) =>
    number(distributionAlignment(a, b, { kind: 'sliced-wasserstein', numProjections: 2, seed }));
  expect(distance(1)).toBe(distance(1));
  expect(Math.abs(distance(1) - distance(2))).toBeGreaterThan(1e-3);
});

it('refuses another kind', () => {
  const unknown = 'energy' as AlignmentKind;
  expect(() => distributionAlignment(tf.zeros([2, 3]), tf.zeros([2, 3]), { kind: unknown })).toThrow("got 'energy'");
});

const ones = {
  text: tf.ones<tf.Rank.R2>([2, 3]),
  audio: tf.ones<tf.Rank.R2>([2, 5]),
  vision: tf.ones<tf.Rank.R2>([2, 2]),
};
const viewOf = (seed: number, mask: PerModality<tf.Tensor2D> = ones): ViewParts => ({
  shared: tokensOf(seed),
  private: tokensOf(seed + 1),
  mask,
  fused: samples([2, DIM], seed + 2),
});

describe('viewAlignment', () => {
  const a = viewOf(1);
  const b = viewOf(5);

  it('is the distance of each kind of part over modalities, and of what is fused', () => {
    const { loss, shared, private: own, fused } = viewAlignment(a, b);
    const pooled = (view: ViewParts, m: 'text' | 'audio' | 'vision') => valueFor(view.shared, m).mean<tf.Tensor2D>(1);
    const modalities = ['text', 'audio', 'vision'] as const;
    expectClose(shared, tf.addN(modalities.map((m) => mmd(pooled(a, m), pooled(b, m)))).div(3));
    expectClose(fused, mmd(a.fused, b.fused));
    expectClose(loss, shared.add(own).add(fused));
    expect(number(own)).toBeGreaterThan(0);
    expect(number(viewAlignment(a, a).loss)).toBeCloseTo(0, 6);
  });

  it('takes the shared part that was filled in, and the private part that was seen', () => {
    const column = (...values: number[]) => tf.tensor2d(values, [values.length, 1]);
    const vector = (...values: number[]) => ({ text: tf.tensor3d(values, [3, 1, 1]) });
    const view = (filled: number): ViewParts => ({
      shared: vector(1, 2, filled),
      private: vector(1, 2, filled),
      mask: { text: column(1, 1, 1) },
      observed: { text: column(1, 1, 0) },
      fused: column(0, 0, 0),
    });
    const { shared, private: own } = viewAlignment(view(3), view(70));
    expect(number(own)).toBeCloseTo(0, 6);
    expect(number(shared)).toBeGreaterThan(0.01);
  });

  it('counts no padding', () => {
    const loud: ViewParts = { ...b, fused: b.fused.add<tf.Tensor2D>(tf.tensor2d([[0], [60]])) };
    const weights = tf.tensor1d([1, 0]);
    expectClose(viewAlignment(a, loud, { weights }).loss, viewAlignment(a, b, { weights }).loss);
    const masked = mapModalities(ones, (mask) => mask.mul<tf.Tensor2D>([[1], [0]]));
    expectClose(
      viewAlignment(a, b, { weights }).shared,
      viewAlignment({ ...a, mask: masked }, { ...b, mask: masked }).shared,
    );
  });

  it('goes by the kind that is asked for', () => {
    expectClose(viewAlignment(a, b, { kind: 'gaussian-js' }).fused, gaussianJs(a.fused, b.fused));
  });
});
