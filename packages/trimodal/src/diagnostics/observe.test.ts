import * as tf from '@tensorflow/tfjs';
import type { Batch } from '@trimodal/data';
import type { TrimodalModel } from '@trimodal/models';
import { expect, test } from 'vitest';
import { observe } from './observe';
import { pooledSlots } from './pooled-slots';

/** Three samples, the last of them padding; the second has no audio. */
const batch = {
  views: [{ features: {}, mask: {}, present: Float32Array.of(1, 1, 0, 1, 0, 0, 1, 1, 1) }],
  labels: Float32Array.of(0, 0, 0),
  weights: Float32Array.of(1, 1, 0),
  indices: Int32Array.of(4, 7, 0),
  count: 2,
} as unknown as Batch;

const mask = {
  text: tf.tensor2d([
    [1, 0],
    [1, 1],
    [1, 1],
  ]),
  audio: tf.tensor2d([
    [1, 1],
    [0, 0],
    [1, 1],
  ]),
};
const tokens = (...values: number[]) => tf.tensor3d(values, [3, 2, 1]);
const output = {
  parts: {
    mask,
    shared: { text: tokens(1, 9, 2, 4, 9, 9), audio: tokens(5, 7, 9, 9, 9, 9) },
    noise: { text: tf.tensor2d([[6], [8], [9]]) },
    routing: {
      shared: { text: { gates: tf.tensor3d([0.2, 0.8, 9, 9, 0.4, 0.6, 0.6, 0.4, 9, 9, 9, 9], [3, 2, 2]) } },
    },
  },
  sharedBranch: { gates: { text: tokens(0.3, 9, 0.5, 0.7, 9, 9), audio: tokens(0.1, 0.3, 9, 9, 9, 9) } },
  privateBranch: {
    private: { text: tokens(3, 9, 3, 3, 9, 9) },
    borrow: tf.tensor3d([...[0, 0.2, 9, 0.1, 0, 9, 9, 9, 9], ...new Array<number>(18).fill(9)], [3, 3, 3]),
  },
  fusion: {
    weights: tf.tensor2d([
      [0.2, 0.8],
      [0.6, 0.4],
      [9, 9],
    ]),
  },
};
const modelOf = (fusion: object, made: object = output) =>
  ({ fusion, forward: () => made }) as unknown as TrimodalModel;

test('averages what is told: neither padding, nor steps that are missing, nor absent modalities count', () => {
  const { rate, weights, matrices } = observe(modelOf({ parts: ['shared.text', 'private.text'] }), [batch], 0.5);
  expect(rate).toBe(0.5);
  expect(weights['fusion.weights']!['shared text']).toBeCloseTo(0.4, 6);
  expect(weights['fusion.weights']!['private text']).toBeCloseTo(0.6, 6);
  expect(weights['sharedBranch.gates']!['text']).toBeCloseTo((0.3 + 0.6) / 2, 6);
  expect(weights['sharedBranch.gates']!['audio']).toBeCloseTo(0.2, 6);
  const routing = matrices['parts.routing.shared']!;
  expect([routing.rows, routing.columns]).toEqual([['text'], ['1', '2']]);
  expect(routing.values[0]![0]).toBeCloseTo((0.2 + 0.5) / 2, 6);
  const borrow = matrices['privateBranch.borrow']!;
  expect([borrow.rows, borrow.columns]).toEqual([
    ['text', 'audio'],
    ['text', 'audio'],
  ]);
  expect(borrow.values).toEqual([
    [null, expect.closeTo(0.2, 6)],
    [expect.closeTo(0.1, 6), null],
  ]);
});

test('several batches count by their samples; the weights of BRF have names of their own', () => {
  const one = { ...batch, count: 1 } as Batch;
  const fusion = { ...output.fusion, shared: tf.zeros([3, 1]) };
  const { weights } = observe(modelOf({}, { ...output, fusion }), [batch, one], 0);
  expect(weights['fusion.branches']!['shared']).toBeCloseTo((0.2 + 0.6 + 0.2) / 3, 6);
});

test('what a model lacks is not there', () => {
  const plain = {
    parts: { mask, shared: {} },
    sharedBranch: { shared: {} },
    privateBranch: { private: {} },
    fusion: {},
  };
  expect(observe(modelOf({}, plain), [batch], 0)).toEqual({ rate: 0, weights: {}, matrices: {} });
});

test('pools every kind of part over the tokens that are there, of samples that have the modality', () => {
  const slots = pooledSlots(modelOf({}), [batch]);
  expect(slots.map(({ slot, modality, data, rows }) => [slot, modality, [...data], [...rows]])).toEqual([
    ['shared', 'text', [1, 3], [4, 7]],
    ['shared', 'audio', [6], [4]],
    ['private', 'text', [3, 3], [4, 7]],
    ['noise', 'text', [6, 8], [4, 7]],
  ]);
});
