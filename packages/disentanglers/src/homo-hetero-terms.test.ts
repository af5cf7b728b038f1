import * as tf from '@tensorflow/tfjs';
import { forModalities, MODALITIES, type PerModality } from '@trimodal/core';
import { l1Loss } from '@trimodal/losses';
import { expectClose, samples } from '@trimodal/testing';
import { describe, expect, it } from 'vitest';
import {
  crossReconstructionTerm,
  deRedundancyTerm,
  heterogeneityTerm,
  homogeneityTerm,
  noiseTerm,
  ownReconstructionTerm,
  sufficiencyTerm,
} from './homo-hetero-terms';

const number = (x: tf.Tensor) => x.dataSync()[0]!;
const BATCH = 5;
const here = forModalities(MODALITIES, () => tf.ones<tf.Rank.R2>([BATCH, 1]));
/** Without the last sample. */
const gone = tf.tensor2d([[1], [1], [1], [1], [0]]);
const tokens = (x: tf.Tensor) => x.expandDims<tf.Tensor3D>(1);
const part = (seed: number) => samples<tf.Tensor2D>([BATCH, 3], seed);
/** One of three features of eight samples that vary apart: all combinations of signs. */
const bit = (place: number) => tf.tensor2d(Array.from({ length: 8 }, (_, i) => [((i >> place) % 2) * 2 - 1]));
const loud = tf.tensor2d([[0], [0], [0], [0], [50]]);

/** A row that isn't there must change nothing, and one that is there must. */
function countsOnlyWhatIsThere(term: (last: tf.Tensor, observed: PerModality<tf.Tensor2D>) => tf.Scalar): void {
  const without = { ...here, text: gone };
  expectClose(term(loud, without), term(loud.zerosLike(), without));
  expect(Math.abs(number(term(loud, here)) - number(term(loud.zerosLike(), here)))).toBeGreaterThan(1e-4);
}

describe('homogeneityTerm', () => {
  it.each(['mmd', 'cmd'] as const)(
    'is 0 for parts alike, grows with their distance, and counts what is there (%s)',
    (distance) => {
      const term = (shift: number, observed = here) =>
        number(
          homogeneityTerm(
            { shared: { text: tokens(part(1)), audio: tokens(part(1).add(shift)) }, observed },
            { distance },
          ),
        );
      expect(term(0)).toBeCloseTo(0, 5);
      expect(term(1)).toBeGreaterThan(term(0.5));
      expect(term(0.5)).toBeGreaterThan(0.01);
      countsOnlyWhatIsThere((last, observed) =>
        homogeneityTerm(
          { shared: { text: tokens(part(1).add(last)), audio: tokens(part(2)) }, observed },
          { distance },
        ),
      );
      expect(number(homogeneityTerm({ shared: { text: tokens(part(1)) }, observed: here }))).toBe(0);
    },
  );
});

describe('heterogeneityTerm', () => {
  const own = { text: tokens(part(1)), audio: tokens(part(2)) };
  const named = {
    text: tf.tile(tf.tensor2d([[20, 0]]), [BATCH, 1]) as tf.Tensor2D,
    audio: tf.tile(tf.tensor2d([[0, 20]]), [BATCH, 1]) as tf.Tensor2D,
  };
  const term = (fields: Partial<Parameters<typeof heterogeneityTerm>[0]>, independence = 0) =>
    number(heterogeneityTerm({ private: own, modalityLogits: named, observed: here, ...fields }, { independence }));

  it('is small where each part names its own modality', () => {
    expect(term({})).toBeCloseTo(0, 5);
    expect(term({ modalityLogits: { text: named.audio, audio: named.text } })).toBeCloseTo(20, 4);
  });

  it('grows where a part tells of another', () => {
    const dependence = (a: tf.Tensor, b: tf.Tensor) =>
      number(
        heterogeneityTerm({
          private: { text: tokens(a), audio: tokens(b) },
          modalityLogits: {},
          observed: { text: tf.ones([8, 1]), audio: tf.ones([8, 1]) },
        }),
      );
    expect(dependence(bit(0), bit(1))).toBeCloseTo(0, 6);
    expect(dependence(bit(0), bit(0))).toBeGreaterThan(0.05);
    expect(dependence(bit(0), bit(0).neg())).toBeCloseTo(dependence(bit(0), bit(0)), 5);
  });

  it('counts what is there', () => {
    countsOnlyWhatIsThere((last, observed) =>
      heterogeneityTerm({
        private: { ...own, text: own.text.add(last.expandDims(1)) },
        modalityLogits: { ...named, text: named.text.add(last.mul(tf.tensor1d([-1, 1]))) },
        observed,
      }),
    );
  });
});

describe('deRedundancyTerm', () => {
  const term = (shared: tf.Tensor, own: tf.Tensor, noise?: tf.Tensor, observed = here) =>
    deRedundancyTerm({
      shared: { text: tokens(shared) },
      private: { text: tokens(own) },
      noise: noise ? { text: noise as tf.Tensor2D } : {},
      observed,
    });

  it('finds each pair of parts that tell the same', () => {
    const all = { text: tf.ones<tf.Rank.R2>([8, 1]) };
    const [a, b, c] = [bit(0), bit(1), bit(2)];
    expect(number(term(a, b, c, all))).toBeCloseTo(0, 6);
    for (const [x, y, z] of [
      [a, a, c],
      [a, b, a],
      [b, a, a],
    ] as const) {
      expect(number(term(x, y, z, all))).toBeCloseTo(8 ** 2 / 3, 3); // eight centred rows of length 1, in step
    }
    expect(number(term(a, a, undefined, all))).toBeCloseTo(8 ** 2, 3);
  });

  it('counts what is there', () => {
    countsOnlyWhatIsThere((last, observed) => term(part(1).add(last), part(2), part(3).sub(last), observed));
  });
});

describe('noiseTerm', () => {
  const labels = tf.tensor1d([1, -1, 0, 2, 3]);
  const weights = tf.ones<tf.Rank.R1>([BATCH]);
  const term = (noise: tf.Tensor, prediction: tf.Tensor, capacity: number, observed = here) =>
    noiseTerm(
      { noise: { text: noise as tf.Tensor2D }, noisePrediction: { text: prediction as tf.Tensor2D }, observed },
      labels,
      weights,
      l1Loss,
      { capacity },
    );

  it('is the loss of the head, and how far the noise of a batch is from a standard normal', () => {
    expect(number(term(part(1), labels.expandDims(1).add(0.5), 0))).toBeCloseTo(0.5, 6);
    const standard = tf.tensor2d([1, 1, -1, -1, 1, -1, -1, 1], [4, 2]);
    const held = (x: tf.Tensor) => {
      const observed = { text: tf.ones<tf.Rank.R2>([4, 1]) };
      const output = { noise: { text: x as tf.Tensor2D }, noisePrediction: {}, observed };
      return number(noiseTerm(output, labels, weights, l1Loss));
    };
    expect(held(standard)).toBeCloseTo(0, 5);
    expect(held(standard.add(2))).toBeCloseTo(2, 3); // half of 2 squared
    expect(held(standard.mul(3))).toBeCloseTo((9 - 1 - Math.log(9)) / 2, 3);
    expect(held(standard.mul(0))).toBeGreaterThan(3); // no way out
  });

  it('counts what is there, and samples by their weight', () => {
    countsOnlyWhatIsThere((last, observed) => term(part(1).add(last), last.add(1), 1, observed));
    const padding = noiseTerm(
      { noise: { text: part(1) }, noisePrediction: { text: loud }, observed: here },
      labels,
      tf.tensor1d([1, 1, 1, 1, 0]),
      l1Loss,
      { capacity: 0 },
    );
    expect(number(padding)).toBeCloseTo((1 + 1 + 0 + 2) / 4, 6);
  });

  it('is 0 without noise', () => {
    expect(number(noiseTerm({ noise: {}, noisePrediction: {}, observed: here }, labels, weights, l1Loss))).toBe(0);
  });
});

describe('sufficiencyTerm', () => {
  it('is the loss of a head on each part, over modalities', () => {
    const labels = tf.tensor1d([1, -1, 0, 2, 3]);
    const weights = tf.ones<tf.Rank.R1>([BATCH]);
    const off = (distance: number) => labels.expandDims(1).add<tf.Tensor2D>(distance);
    const output = {
      sharedPrediction: { text: off(1), audio: off(3) },
      privatePrediction: { text: off(0), audio: off(-5) },
      observed: here,
    };
    expect(number(sufficiencyTerm(output, labels, weights, l1Loss))).toBeCloseTo((1 + 3) / 2 + 5 / 2, 5);
    countsOnlyWhatIsThere((last, observed) =>
      sufficiencyTerm(
        { ...output, sharedPrediction: { text: off(1).add<tf.Tensor2D>(last) }, observed },
        labels,
        weights,
        l1Loss,
      ),
    );
  });
});

describe('the terms of reconstruction', () => {
  const pooled = { text: part(1), audio: part(2) };
  const text = (shift: tf.Tensor | number) => part(1).add<tf.Tensor2D>(shift);

  it('are squared errors of own and of crossed decodings', () => {
    const decoded = { text: text(2), audio: part(2) };
    expect(number(ownReconstructionTerm({ decoded, pooled, observed: here }))).toBeCloseTo((4 + 0) / 2, 5);
    const crossDecoded = { text: { audio: text(1), vision: text(3) }, audio: { text: part(2) } };
    expect(number(crossReconstructionTerm({ crossDecoded, pooled, observed: here }))).toBeCloseTo((1 + 9 + 0) / 3, 5);
  });

  it('count what is there: of crossed ones where both are', () => {
    countsOnlyWhatIsThere((last, observed) =>
      ownReconstructionTerm({ decoded: { text: text(last) }, pooled, observed }),
    );
    for (const crossDecoded of [
      (last: tf.Tensor) => ({ text: { audio: text(last) } }),
      (last: tf.Tensor) => ({ audio: { text: part(2).add<tf.Tensor2D>(last) } }),
    ]) {
      countsOnlyWhatIsThere((last, observed) =>
        crossReconstructionTerm({ crossDecoded: crossDecoded(last), pooled, observed }),
      );
    }
    expect(number(crossReconstructionTerm({ crossDecoded: { text: {} }, pooled, observed: here }))).toBe(0);
  });

  it('leave the target alone', () => {
    const gradient = tf.grad((x) => {
      const target = { pooled: { text: x as tf.Tensor2D, audio: part(2) }, observed: here };
      const own = ownReconstructionTerm({ decoded: { text: part(3) }, ...target });
      return own.add(crossReconstructionTerm({ crossDecoded: { text: { audio: part(4) } }, ...target }));
    })(part(1));
    expect(number(gradient.abs().max())).toBe(0);
  });
});
