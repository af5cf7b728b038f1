import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import {
  cycleTerm,
  decorrelationTerm,
  orthogonalityTerm,
  reconstructionTerm,
  sharedAlignmentTerm,
  sharedMarginTerm,
} from './shared-private-terms';

const number = (x: tf.Tensor) => x.dataSync()[0]!;
// two samples, two tokens of width 2; the second sample's second token isn't there
const mask = {
  text: tf.tensor2d([
    [1, 1],
    [1, 0],
  ]),
};
const east = tf.tensor3d([
  [
    [1, 0],
    [2, 0],
  ],
  [
    [1, 0],
    [0, 0],
  ],
]);
const north = tf.tensor3d([
  [
    [0, 1],
    [0, 3],
  ],
  [
    [0, 1],
    [0, 0],
  ],
]);

describe('reconstructionTerm', () => {
  it('is the squared error of tokens that are there, over modalities', () => {
    const tokens = { text: { tokens: east, mask: mask.text }, audio: { tokens: east, mask: mask.text } };
    const output = {
      reconstructed: { text: east.add<tf.Tensor3D>(2), audio: east },
      mask: { text: mask.text, audio: mask.text },
    };
    expect(number(reconstructionTerm(output, tokens))).toBeCloseTo(2, 6);
  });

  it('leaves the target alone', () => {
    const gradient = tf.grad((x) =>
      reconstructionTerm(
        { reconstructed: { text: north }, mask },
        { text: { tokens: x as tf.Tensor3D, mask: mask.text } },
      ),
    )(east);
    expect(number(gradient.abs().sum())).toBe(0);
  });
});

describe('cycleTerm', () => {
  it('compares the private parts of both rounds, both with a gradient', () => {
    expect(number(cycleTerm({ private: { text: east }, cycled: { text: east.add(1) }, mask }))).toBeCloseTo(1, 6);
    const gradient = tf.grad((x) => cycleTerm({ private: { text: x as tf.Tensor3D }, cycled: { text: north }, mask }))(
      east,
    );
    expect(number(gradient.abs().sum())).toBeGreaterThan(0);
  });

  it('is 0 without a second round', () => {
    expect(number(cycleTerm({ private: { text: east }, mask }))).toBe(0);
  });
});

describe('orthogonalityTerm', () => {
  it('is the positive part of the cosine, over tokens that are there', () => {
    const term = (a: tf.Tensor3D, b: tf.Tensor3D) =>
      number(orthogonalityTerm({ shared: { text: a }, private: { text: b }, mask }));
    expect(term(east, east.mul(3))).toBeCloseTo(1, 6);
    expect(term(east, east.neg())).toBe(0);
    expect(term(east, north)).toBe(0);
  });

  it('is 0 where there is no shared part', () => {
    expect(number(orthogonalityTerm({ shared: {}, private: { text: east }, mask }))).toBe(0);
  });
});

describe('decorrelationTerm', () => {
  // one token of width 1 a sample; the last sample isn't there
  const there = { text: tf.tensor2d([[1], [1], [1], [1], [0]]) };
  const part = (...values: number[]) => ({ text: tf.tensor3d(values.map((value) => [[value]])) });
  const term = (shared: number[], own: number[]) => {
    const parts = { shared: part(...shared), private: part(...own), mask: there };
    return { decorrelation: number(decorrelationTerm(parts)), orthogonality: number(orthogonalityTerm(parts)) };
  };

  it('sees what two parts tell alike, even where they point apart', () => {
    const { decorrelation, orthogonality } = term([5, 6, 5, 6, 9], [-5, -6, -5, -6, 2]);
    expect(orthogonality).toBe(0);
    expect(decorrelation).toBeCloseTo(4 ** 2, 3); // four centred samples of length 1, all in step
  });

  it('is 0 for parts that vary apart, whatever their mean, and for a modality without a shared part', () => {
    expect(term([1, 1, -1, -1, 7], [3, 2, 3, 2, -7]).decorrelation).toBeCloseTo(0, 6);
    expect(number(decorrelationTerm({ shared: {}, private: part(1, 2, 3, 4, 5), mask: there }))).toBe(0);
  });
});

describe('sharedAlignmentTerm', () => {
  it('is 0 for equal parts and grows with their distance', () => {
    const masks = { text: mask.text, audio: mask.text };
    const term = (shift: number) =>
      number(sharedAlignmentTerm({ shared: { text: east, audio: east.add<tf.Tensor3D>(shift) }, mask: masks }));
    expect(term(0)).toBeCloseTo(0, 6);
    expect(term(1)).toBeCloseTo(Math.SQRT2, 3);
    expect(term(2)).toBeGreaterThan(term(1));
  });

  it('counts no absent sample, and is 0 for a single modality', () => {
    const audio = tf.concat([east.slice(0, 1), tf.fill<tf.Rank.R3>([1, 2, 2], 50)]);
    const only = {
      text: tf.tensor2d([
        [1, 1],
        [0, 0],
      ]),
      audio: tf.tensor2d([
        [1, 1],
        [0, 0],
      ]),
    };
    expect(number(sharedAlignmentTerm({ shared: { text: east, audio }, mask: only }))).toBeCloseTo(0, 6);
    expect(number(sharedAlignmentTerm({ shared: { text: east }, mask }))).toBe(0);
  });
});

describe('sharedMarginTerm', () => {
  const labels = tf.tensor1d([-2, 1]);
  const masks = { text: tf.ones<tf.Rank.R2>([2, 1]), audio: tf.ones<tf.Rank.R2>([2, 1]) };
  const part = (rows: number[][]) => tf.tensor2d(rows).expandDims(1) as tf.Tensor3D;

  it('is 0 where labels, not modalities, part the samples', () => {
    const byLabel = part([
      [1, 0],
      [-1, 0],
    ]);
    expect(number(sharedMarginTerm({ shared: { text: byLabel, audio: byLabel }, mask: masks }, labels))).toBe(0);
    const shared = {
      text: part([
        [1, 0],
        [1, 0],
      ]),
      audio: part([
        [-1, 0],
        [-1, 0],
      ]),
    };
    // of each anchor: its positive is opposite (cosine -1); of its two negatives one is equal (1), one opposite
    expect(number(sharedMarginTerm({ shared, mask: masks }, labels))).toBeCloseTo(0.15 * 3 + (2 + 0) / 2, 5);
  });

  it('is 0 where there is no shared part', () => {
    expect(number(sharedMarginTerm({ shared: {}, mask: masks }, labels))).toBe(0);
  });
});
