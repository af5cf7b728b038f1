import * as tf from '@tensorflow/tfjs';
import { INFERENCE, type PerModality, Rng, valueFor } from '@trimodal/core';
import { expectClose, samples } from '@trimodal/testing';
import { describe, expect, it } from 'vitest';
import { number } from './__fixtures__/views';
import { crossLevel } from './cross-level';
import { featureLevel } from './feature-level';
import { inputLevel } from './input-level';
import { PartDecoder } from './part-decoder';
import { RepresentationLevel } from './representation-level';

/** Two samples of `time` tokens of width 4. */
const tokens = (seed: number, time = 3) => samples<tf.Tensor3D>([2, time, 4], seed);
const ones = (time = 3) => tf.ones<tf.Rank.R2>([2, time]);
const partsOf = (mask: PerModality<tf.Tensor2D>, shared: PerModality<tf.Tensor3D> = {}) => ({
  parts: { private: {}, shared, mask },
});

describe('featureLevel', () => {
  it('is the squared error of tokens that are there in both views, over modalities', () => {
    const target = tokens(1);
    const seen = tf.tensor2d([
      [1, 1, 0],
      [0, 1, 1],
    ]);
    const clean = tf.tensor2d([
      [1, 0, 1],
      [1, 1, 1],
    ]);
    const inBoth = seen.mul(clean).expandDims(-1);
    const decoded = target.add<tf.Tensor3D>(inBoth.mul(3)).add<tf.Tensor3D>(inBoth.sub(1).mul(100));
    const view = { tokens: { text: { tokens: target, mask: clean }, audio: { tokens: target, mask: clean } } };
    expect(number(featureLevel({ text: decoded }, partsOf({ text: seen }), view))).toBeCloseTo(9, 4);
    const both = featureLevel({ text: decoded, audio: target }, partsOf({ text: seen, audio: seen }), view);
    expect(number(both)).toBeCloseTo(4.5, 4);
  });
});

describe('inputLevel', () => {
  const clean = tf.tensor2d([
    [1, 1, 1],
    [1, 1, 0],
  ]);
  const seen = tf.tensor2d([
    [1, 0, 1],
    [0, 1, 0],
  ]);
  const features = tokens(1);
  const level = (predicted: tf.Tensor3D, there = ones(8), mask = seen) =>
    number(
      inputLevel(
        { text: predicted },
        partsOf({ text: there }),
        { mask: { text: mask } },
        { features: { text: features }, mask: { text: clean } },
      ),
    );

  it('counts dropped steps alone: neither observed ones nor padding', () => {
    const dropped = clean.mul(tf.sub(1, seen)).expandDims(-1);
    expect(level(features.add(tf.sub(1, dropped).mul(50)))).toBe(0);
    expect(level(features.add(dropped.mul(3)))).toBeCloseTo(2.5, 5); // smooth L1 of 3
    expect(level(features.add(dropped.mul(0.5)))).toBeCloseTo(0.125, 5);
    expect(level(features.add(7), ones(8), clean)).toBe(0); // nothing dropped
  });

  it('leaves out samples of which nothing was seen', () => {
    const there = tf.tensor2d([[1], [0]]);
    const ofFirst = tf.tensor3d([
      [[0], [4], [0]],
      [[0], [0], [0]],
    ]);
    expect(
      level(
        features.add(
          tf.tensor3d([
            [[0], [0], [0]],
            [[4], [0], [0]],
          ]),
        ),
        there,
      ),
    ).toBe(0);
    expect(level(features.add(ofFirst), there)).toBeCloseTo(3.5, 5);
  });
});

describe('crossLevel', () => {
  const decoders = {
    text: new PartDecoder({ dModel: 4 }, new Rng(1)),
    audio: new PartDecoder({ dModel: 4 }, new Rng(2)),
  };
  const view = (time: { text: number; audio: number }, mask = { text: ones(time.text), audio: ones(time.audio) }) => ({
    parts: {
      private: { text: tokens(1, time.text), audio: tokens(2, time.audio) },
      shared: { text: tokens(3, time.text), audio: tokens(4, time.audio) },
      mask,
    },
    tokens: {
      text: { tokens: tokens(5, time.text), mask: ones(time.text) },
      audio: { tokens: tokens(6, time.audio), mask: ones(time.audio) },
    },
  });

  it('decodes with the shared part of the other modality, token by token where they are as many', () => {
    const same = view({ text: 3, audio: 3 });
    const { private: own, shared } = same.parts;
    const text = decoders.text.forward([own.text, shared.audio], INFERENCE).squaredDifference(same.tokens.text.tokens);
    const audio = decoders.audio
      .forward([own.audio, shared.text], INFERENCE)
      .squaredDifference(same.tokens.audio.tokens);
    const wanted = text.mean().add(audio.mean()).div(2);
    expectClose(crossLevel(decoders, same, same, INFERENCE), wanted);
    const other = view({ text: 3, audio: 5 });
    expect(number(crossLevel(decoders, other, other, INFERENCE))).not.toBeCloseTo(number(wanted), 3);
  });

  it('takes nothing from a modality that is not there, and gives to one that is not', () => {
    const seen = view({ text: 3, audio: 5 }, { text: ones(3), audio: tf.zeros([2, 5]) });
    const gradient = (slot: 'shared' | 'private', modality: 'text' | 'audio') =>
      number(
        tf
          .grad((x) => {
            const parts = { ...seen.parts, [slot]: { ...seen.parts[slot], [modality]: x } };
            return crossLevel(decoders, { parts }, seen, INFERENCE);
          })(seen.parts[slot][modality])
          .abs()
          .sum(),
      );
    expect(gradient('shared', 'audio')).toBe(0); // nothing to borrow
    expect(gradient('private', 'text')).toBe(0); // and nobody to borrow from
    expect(gradient('shared', 'text')).toBeGreaterThan(0); // audio is decoded from it
  });
});

describe('RepresentationLevel', () => {
  const parts = (seed: number) => ({
    private: { text: tokens(seed) },
    shared: { text: tokens(seed + 1) },
    mask: { text: ones() },
  });
  const level = new RepresentationLevel({ dModel: 4, modalities: ['text'] }, new Rng(1));
  const term = (a: ReturnType<typeof parts>, b: ReturnType<typeof parts>) => level.forward(a, b, INFERENCE);

  it('is symmetric in its views, and each gets a gradient', () => {
    expectClose(term(parts(1), parts(5)), term(parts(5), parts(1)));
    const gradients = tf.grads((x, y) =>
      term({ ...parts(1), private: { text: x as tf.Tensor3D } }, { ...parts(5), private: { text: y as tf.Tensor3D } }),
    )([tokens(1), tokens(5)]);
    for (const gradient of gradients) expect(number(gradient.abs().sum())).toBeGreaterThan(1e-4);
  });

  it('compares pooled parts: the order of tokens does not matter', () => {
    const shuffled = { ...parts(5), private: { text: tf.reverse(tokens(5), 1) } };
    expectClose(term(parts(1), shuffled), term(parts(1), parts(5)), { absolute: 1e-6 });
  });

  it('counts samples that both views have', () => {
    const there = {
      text: tf.tensor2d([
        [1, 1, 1],
        [0, 0, 0],
      ]),
    };
    const loud = (x: tf.Tensor3D) => tf.concat([x.slice(0, 1), x.slice(1).mul(-9).add(3)]) as tf.Tensor3D;
    const [a, b] = [parts(1), { ...parts(5), mask: there }];
    const other = { ...a, private: { text: loud(valueFor(a.private, 'text')) } };
    expectClose(term(a, b), term(other, b));
    expect(number(term(a, parts(5)))).not.toBeCloseTo(number(term(other, parts(5))), 3);
  });
});
