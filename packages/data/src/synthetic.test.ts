import { entriesOf, type Modality, mapModalities, valueFor } from '@trimodal/core';
import { linearProbeR2, mean, pearson, ridgeRegression } from '@trimodal/metrics';
import { describe, expect, test } from 'vitest';
import { batches } from './batcher';
import { createDataset, type Dataset } from './dataset';
import type { MissingnessSampler } from './missingness';
import { missingnessPlan } from './missingness-plan';
import type { Split } from './raw-dataset';
import { type Matrix, type SyntheticFactors, syntheticDataset } from './synthetic';

const raw = syntheticDataset({ seed: 1 });
const dataset = createDataset(raw);
const { factors } = raw;
const all: Modality[] = ['text', 'audio', 'vision'];

/** Means over observed steps of the modalities, side by side. */
function pooled(of: Dataset, split: Split, modalities: Modality[], missingness?: MissingnessSampler): Matrix {
  const { size } = of.splits[split];
  const width = modalities.reduce((sum, modality) => sum + valueFor(of.dims, modality), 0);
  const data = new Float32Array(size * width);
  for (const batch of batches(of, split, { batchSize: 100, missingness })) {
    batch.indices.forEach((index, row) => {
      let column = index * width;
      for (const modality of modalities) {
        const {
          data: values,
          shape: [, time, dim],
        } = valueFor(batch.views[0]!.features, modality);
        const mask = valueFor(batch.views[0]!.mask, modality).data.subarray(row * time, (row + 1) * time);
        const steps = Math.max(
          1,
          mask.reduce((a, b) => a + b),
        );
        for (let i = 0; i < time * dim; i++) data[column + (i % dim)]! += values[row * time * dim + i]! / steps;
        column += dim;
      }
    });
  }
  return { data, shape: [size, width] };
}

/** The R2 of what pooled features tell of factors. */
function told(modalities: Modality[], target: (of: SyntheticFactors) => Matrix): number {
  const set = (split: 'train' | 'test') => ({
    x: pooled(dataset, split, modalities).data,
    y: target(factors[split]).data,
    numRows: dataset.splits[split].size,
  });
  return linearProbeR2({ train: set('train'), test: set('test') });
}

/** How well ridge regression on pooled features predicts the scores of the test split. */
function scoreCorrelation(modalities: Modality[], missingness?: MissingnessSampler): number {
  const { labels, size } = dataset.splits.train;
  const model = ridgeRegression({
    x: pooled(dataset, 'train', modalities).data,
    y: labels,
    numRows: size,
    penalty: 12,
  });
  return pearson(dataset.splits.test.labels, model.predict(pooled(dataset, 'test', modalities, missingness).data));
}

describe('the synthetic benchmark', () => {
  test('has the sizes asked for and is fast', () => {
    const start = performance.now();
    syntheticDataset({ seed: 2 });
    expect(performance.now() - start).toBeLessThan(5000);
    expect(Object.values(dataset.splits).map(({ size }) => size)).toEqual([1200, 200, 400]);
    expect(dataset.dims).toEqual({ text: 32, audio: 16, vision: 20 });
    expect(dataset.times).toEqual({ text: 12, audio: 20, vision: 16 });
    expect(factors.test.private.vision!.shape).toEqual([400, 3]);
    expect(dataset.cleaned).toEqual({ nan: 0, positiveInfinity: 0, negativeInfinity: 0, padding: 0 });
  });

  test('depends on the seed alone', () => {
    expect(syntheticDataset({ seed: 1 }).dataHash).toBe(raw.dataHash);
    expect(syntheticDataset({ seed: 2 }).dataHash).not.toBe(raw.dataHash);
  });

  test('a smaller split is the beginning of a larger one, and a modality changes no other', () => {
    const changed = syntheticDataset({
      seed: 1,
      sizes: { train: 50 },
      dims: { text: 7, audio: 16 },
      times: { text: 5, audio: 20 },
    });
    const audio = changed.splits.train.features.audio!.readAll();
    expect(audio).toEqual(raw.splits.train.features.audio!.readAll().slice(0, audio.length));
    expect(changed.factors.train.shared.data).toEqual(factors.train.shared.data.slice(0, 200));
    expect(changed.splits.train.features.vision).toBeUndefined();
    expect(changed.shares.private).toEqual({ text: 0.2, audio: 0.1 });
    expect(changed.shares.unexplained).toBeCloseTo(0.2, 12);
  });

  test('factors have mean 0 and variance 1 and know nothing of each other', () => {
    const columns = [
      factors.train.shared,
      ...all.flatMap((m) => [factors.train.private[m]!, factors.train.noise[m]!]),
      factors.train.cross,
    ].flatMap(({ data, shape }) =>
      Array.from({ length: shape[1] }, (_, k) => data.filter((_, i) => i % shape[1] === k)),
    );
    columns.forEach((a, i) => {
      expect(Math.abs(mean(a))).toBeLessThan(0.12);
      expect(mean(a.map((value) => value ** 2))).toBeGreaterThan(0.75);
      expect(mean(a.map((value) => value ** 2))).toBeLessThan(1.3);
      for (const b of columns.slice(i + 1)) expect(Math.abs(pearson(a, b))).toBeLessThan(0.13);
    });
  });

  test('the label has the shares that it is said to have', () => {
    const { shares } = raw;
    expect(
      shares.shared + shares.cross + shares.unexplained + mean(all.map((m) => shares.private[m]!)) * 3,
    ).toBeCloseTo(1, 12);
    const part = ({ data, shape }: Matrix) =>
      Array.from({ length: shape[0] }, (_, row) => mean(data.subarray(row * shape[1], (row + 1) * shape[1])));
    const { labels } = dataset.splits.train;
    const explained = (matrix: Matrix) => pearson(part(matrix), labels) ** 2;
    expect(Math.abs(explained(factors.train.shared) - shares.shared)).toBeLessThan(0.06);
    for (const [modality, matrix] of entriesOf(factors.train.private)) {
      expect(Math.abs(explained(matrix) - shares.private[modality]!)).toBeLessThan(0.06);
    }
    expect(Math.abs(explained(factors.train.cross) - shares.cross)).toBeLessThan(0.06);
    for (const [, matrix] of entriesOf(factors.train.noise)) expect(explained(matrix)).toBeLessThan(0.02);
    expect(Math.max(...labels)).toBeLessThanOrEqual(3);
    expect(Math.min(...labels)).toBeGreaterThanOrEqual(-3);
  });

  test('a modality tells of the shared latents and its own, not of those of others', () => {
    for (const [modality, least] of [
      ['text', 0.6],
      ['audio', 0.25],
      ['vision', 0.12],
    ] as const) {
      expect(told([modality], ({ shared }) => shared)).toBeGreaterThan(least);
      expect(told([modality], (of) => of.private[modality]!)).toBeGreaterThan(least);
      expect(told([modality], (of) => of.noise[modality]!)).toBeGreaterThan(least);
      for (const other of all.filter((one) => one !== modality)) {
        expect(told([modality], (of) => of.private[other]!)).toBeLessThan(0.02);
      }
    }
    expect(told(all, ({ cross }) => cross)).toBeLessThan(0.05);
  });

  test('text leads, vision is weak, together they are best, neither trivial nor impossible', () => {
    const [text, audio, vision, together] = [['text'], ['audio'], ['vision'], all].map((m) =>
      scoreCorrelation(m as Modality[]),
    );
    expect(text).toBeGreaterThan(audio! + 0.1);
    expect(audio).toBeGreaterThan(vision! + 0.05);
    expect(vision).toBeGreaterThan(0.2);
    expect(together).toBeGreaterThan(text! + 0.02);
    expect(together).toBeGreaterThan(0.65);
    expect(together).toBeLessThan(0.82);
  });

  test('scores fall as more goes missing', () => {
    const curve = [0, 0.3, 0.6, 0.9].map((rate) =>
      scoreCorrelation(all, missingnessPlan({ protocol: 'frame-uniform', rate, seed: 1, dataset, split: 'test' })),
    );
    for (const [i, value] of curve.slice(1).entries()) expect(value).toBeLessThan(curve[i]! - 0.02);
    expect(curve[3]).toBeGreaterThan(0.25);
  });

  test('shared latents run on one clock', () => {
    // noise off and one shared latent: pooled halves of two modalities agree
    const plain = createDataset(
      syntheticDataset({
        seed: 3,
        sizes: { train: 300 },
        noiseLevels: mapModalities(dataset.dims, () => 0),
        numShared: 1,
        numPrivate: 1,
        numNoise: 1,
        times: { text: 24, audio: 32, vision: 16 },
      }),
    );
    const late = (modality: Modality) => {
      const { size, lengths } = plain.splits.train;
      const [time, dim] = [plain.times[modality]!, plain.dims[modality]!];
      const data = new Float32Array(size * time * dim);
      plain.splits.train.readRows(modality, [...Array(size).keys()], data);
      const change = new Float32Array(size * dim);
      lengths[modality]!.forEach((length, row) => {
        for (let step = 0; step < length; step++) {
          for (let d = 0; d < dim; d++)
            change[row * dim + d]! += (step < length / 2 ? -1 : 1) * data[(row * time + step) * dim + d]!;
        }
      });
      return {
        data: change.map((value, i) => value / lengths[modality]![Math.floor(i / dim)]!),
        shape: [size, dim],
      } as Matrix;
    };
    const set = { x: late('text').data, y: late('audio').data, numRows: plain.splits.train.size };
    expect(linearProbeR2({ train: set, test: set })).toBeGreaterThan(0.1);
  });

  test('says what is wrong', () => {
    expect(() => syntheticDataset({ seed: 1, sizes: { valid: 0 } })).toThrow(/valid must be a positive integer: got 0/);
    expect(() => syntheticDataset({ seed: 1, shares: { shared: 0.8, private: { text: 0.3 }, cross: 0 } })).toThrow(
      /sum to 1 at most.*got \[0.8, 0, 0.3, 0, 0\]/,
    );
    expect(() => syntheticDataset({ seed: 1, noiseLevels: { text: -1, audio: 0, vision: 0 } })).toThrow(
      /noiseLevels of text/,
    );
    expect(() => syntheticDataset({ seed: 1, dims: {} })).toThrow(/at least one modality/);
  });
});
