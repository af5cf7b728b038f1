import * as tf from '@tensorflow/tfjs';
import type { Parts } from '@trimodal/core';
import { describe, expect, it } from 'vitest';
import { expertBalance, expertOrthogonality } from './hybrid-experts-terms';

const number = (x: tf.Tensor) => x.dataSync()[0]!;
/** One token a sample. */
const part = (...rows: number[][]) => tf.tensor2d(rows).expandDims<tf.Tensor3D>(1);
const masked = (...there: number[]) => tf.tensor2d(there, [there.length, 1]);

const east = part([1, 0], [-1, 0], [1, 0], [-1, 0]);
const alike = part([0, 3], [0, -3], [0, 3], [0, -3]); // another direction, but east tells it
const apart = part([0, 2], [0, 2], [0, -2], [0, -2]); // nothing of it can be told from east
const mask = { text: masked(1, 1, 1, 1), audio: masked(1, 1, 1, 1) };

describe('expertOrthogonality', () => {
  const term = (parts: Omit<Parts, 'mask'>) => number(expertOrthogonality({ ...parts, mask }));

  it('is 0 for parts that vary apart, and not for parts that vary alike in directions of their own', () => {
    expect(term({ private: { text: east }, shared: { text: apart } })).toBeCloseTo(0, 6);
    // of the 2 x 2 products one is 4, the number of samples
    expect(term({ private: { text: east }, shared: { text: alike } })).toBeCloseTo(16 / 4, 4);
  });

  it('looks at private parts of two modalities, at both parts of each, and at no shared parts of two', () => {
    expect(term({ private: { text: east, audio: alike }, shared: {} })).toBeCloseTo(4, 4);
    // text-shared 0, audio-shared 4, text-audio 0
    const parts = { private: { text: east, audio: apart }, shared: { text: apart, audio: apart } };
    expect(term(parts)).toBeCloseTo(4 / 3, 4);
    expect(term({ private: {}, shared: { text: east, audio: east } })).toBe(0);
  });

  it('leaves out samples that lack a part of a pair, whatever is in them', () => {
    const rows = (last: number[]) => part([1, 0], [-1, 0], [1, 0], [-1, 0], last);
    const others = (last: number[]) => part([0, 2], [0, 2], [0, -2], [0, -2], last);
    const there = { text: masked(1, 1, 1, 1, 1), audio: masked(1, 1, 1, 1, 0) };
    const parts = { private: { text: rows([9, 9]), audio: others([9, -9]) }, shared: {}, mask: there };
    expect(number(expertOrthogonality(parts))).toBeCloseTo(0, 6);
    expect(number(expertOrthogonality({ ...parts, mask: { ...there, audio: there.text } }))).toBeGreaterThan(0.01);
  });
});

describe('expertBalance', () => {
  const to = (expert: number) => {
    const gates = tf.oneHot(tf.tensor2d([[expert], [expert]], [2, 1], 'int32'), 2).toFloat() as tf.Tensor3D;
    return { gates, probabilities: gates };
  };
  const masks = { text: masked(1, 1), audio: masked(1, 1) };

  it('wants the loads of the shared bank even over all modalities, those of private banks each', () => {
    const split = { text: to(0), audio: to(1) };
    expect(number(expertBalance({ routing: { shared: split, private: {} }, mask: masks }))).toBeCloseTo(1, 6);
    expect(number(expertBalance({ routing: { shared: {}, private: split }, mask: masks }))).toBeCloseTo(2, 6);
    const one = { text: to(0), audio: to(0) };
    expect(number(expertBalance({ routing: { shared: one, private: split }, mask: masks }))).toBeCloseTo(2, 6);
  });

  it('is 0 without routers', () => {
    expect(number(expertBalance({ routing: { shared: {}, private: {} }, mask: masks }))).toBe(0);
  });
});
