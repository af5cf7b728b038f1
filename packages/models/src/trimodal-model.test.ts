import * as tf from '@tensorflow/tfjs';
import { type Head, INFERENCE, mapModalities, type Parts, type PerModality, type Tokens } from '@trimodal/core';
import { expect, test } from 'vitest';
import { TrimodalModel, type TrimodalParts } from './trimodal-model';

const plus = (record: PerModality<tf.Tensor3D>, by: number) => mapModalities(record, (x) => x.add<tf.Tensor3D>(by));
const first = (x: tf.Tensor) => x.dataSync()[0];

/** Each part adds a power of ten to what it is given, so that a digit of a number tells of each part it went through. */
const counting: TrimodalParts = {
  encoders: { text: { forward: (tokens, mask) => ({ tokens: tokens.add<tf.Tensor3D>(1), mask }) } },
  disentangler: {
    forward(tokens: PerModality<Tokens>): Parts {
      const both = mapModalities(tokens, (x) => x.tokens.add<tf.Tensor3D>(10));
      return { shared: both, private: plus(both, 1000), mask: mapModalities(tokens, (x) => x.mask) };
    },
  },
  sharedBranch: { forward: (shared) => ({ shared: plus(shared, 100) }) },
  privateBranch: {
    forward: ({ shared, private: own }) => ({
      private: mapModalities(own, (x, modality) => x.add<tf.Tensor3D>(shared[modality]!.mul(1e4))),
    }),
  },
  fusion: {
    outDim: 2,
    forward: ({ shared, private: own }) => ({
      fused: tf.concat<tf.Tensor2D>([shared.text!.mean(1), own.text!.mean(1)], 1),
    }),
  },
  head: { forward: (fused) => fused.mul(2) },
};
const inputs = {
  features: { text: tf.zeros<tf.Rank.R3>([1, 2, 1]) },
  mask: { text: tf.ones<tf.Rank.R2>([1, 2]) },
  present: tf.tensor2d([[1, 0, 0]]),
};

test('each part gets what the part before it made; the private branch sees the rewritten shared part', () => {
  const output = new TrimodalModel(counting).forward(inputs, INFERENCE);
  expect(first(output.parts.shared.text!)).toBe(11);
  expect(first(output.sharedBranch.shared.text!)).toBe(111);
  expect(first(output.privateBranch.private.text!)).toBe(1_111_011);
  expect([...output.fusion.fused.dataSync()]).toEqual([111, 1_111_011]);
  expect([...output.prediction.dataSync()]).toEqual([222, 2_222_022]);
  expect(output).not.toHaveProperty('branchPredictions');
});

test('heads on the branches see them pooled, as the branches left them', () => {
  const identity: Head = { forward: (x) => x };
  const model = new TrimodalModel({ ...counting, branchHeads: { shared: identity, private: identity } });
  const { branchPredictions } = model.forward(inputs, INFERENCE);
  expect(first(branchPredictions!.shared)).toBe(111);
  expect(first(branchPredictions!.private)).toBe(1_111_011);
});

test('parts that a disentangler recovers of an absent modality reach the fusion', () => {
  const given: tf.Tensor2D[] = [];
  const fusion: TrimodalParts['fusion'] = {
    outDim: 2,
    forward: (parts, present, ctx) => {
      given.push(present);
      return counting.fusion.forward(parts, present, ctx);
    },
  };
  const partsPresent = tf.tensor2d([[1, 1, 0]]);
  const recovering: TrimodalParts['disentangler'] = {
    forward: (...args) => ({ ...counting.disentangler.forward(...args), partsPresent }),
  };
  new TrimodalModel({ ...counting, fusion }).forward(inputs, INFERENCE);
  new TrimodalModel({ ...counting, fusion, disentangler: recovering }).forward(inputs, INFERENCE);
  expect(given).toEqual([inputs.present, partsPresent]);
});
