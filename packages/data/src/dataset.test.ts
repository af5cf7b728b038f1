import { mapModalities, valueFor } from '@trimodal/core';
import { describe, expect, test } from 'vitest';
import { rawFrom, samples, withFeatures } from './__fixtures__/test-data';
import { createDataset, type Dataset } from './dataset';
import { MemoryRows } from './memory-rows';
import { type RawDataset, SPLITS } from './raw-dataset';

const times = { text: 5, audio: 3, vision: 4 };
const raw = () =>
  rawFrom(
    {
      train: [
        ...samples(40, { text: 4, audio: 2, vision: 0 }),
        ...samples(9, { text: 5, audio: 3, vision: 4 }, 'full'),
      ],
      valid: samples(6, { text: 1, audio: 1, vision: 1 }),
      test: samples(7, { text: 2, audio: 0, vision: 3 }),
    },
    times,
  );

function read(dataset: Dataset, split: 'train' | 'valid' | 'test', modality: 'text' | 'audio' | 'vision') {
  const { size } = dataset.splits[split];
  const out = new Float32Array(size * dataset.times[modality]! * dataset.dims[modality]!);
  dataset.splits[split].readRows(modality, [...Array(size).keys()], out);
  return out;
}

describe('a dataset', () => {
  test('knows its sizes', () => {
    const dataset = createDataset(raw());
    expect(dataset.modalities).toEqual(['text', 'audio', 'vision']);
    expect(dataset.dims).toEqual({ text: 4, audio: 3, vision: 2 });
    expect(dataset.times).toEqual(times);
    expect(SPLITS.map((split) => dataset.splits[split].size)).toEqual([49, 6, 7]);
    expect(dataset.splits.train.numPresent).toEqual({ text: 49, audio: 49, vision: 9 });
    expect(dataset.splits.test.numPresent.audio).toBe(0);
  });

  test('observed training steps have mean 0 and variance 1, padded ones are exactly 0', () => {
    const dataset = createDataset(raw());
    for (const modality of dataset.modalities) {
      const [time, dim] = [dataset.times[modality]!, dataset.dims[modality]!];
      const lengths = dataset.splits.train.lengths[modality]!;
      const out = read(dataset, 'train', modality);
      for (let d = 0; d < dim; d++) {
        const observed: number[] = [];
        for (let row = 0; row < lengths.length; row++) {
          for (let step = 0; step < time; step++) {
            const value = out[(row * time + step) * dim + d]!;
            if (step < lengths[row]!) observed.push(value);
            else expect(value).toBe(0);
          }
        }
        const mean = observed.reduce((a, b) => a + b) / observed.length;
        expect(mean).toBeCloseTo(0, 5);
        expect(observed.reduce((a, b) => a + (b - mean) ** 2, 0) / observed.length).toBeCloseTo(1, 5);
      }
    }
  });

  test('valid and test are scaled by train', () => {
    const source = raw();
    const dataset = createDataset(source);
    const before = valueFor(source.splits.test.features, 'vision').readAll();
    const { mean, std, steps } = dataset.statistics.vision!;
    expect(steps).toBe(9 * 4);
    expect(read(dataset, 'test', 'vision')[2 * 2 + 1]).toBeCloseTo((before[2 * 2 + 1]! - mean[1]!) / std[1]!, 5);
  });

  test('standardisation can be switched off, as a whole or for one modality', () => {
    const source = raw();
    const untouched = createDataset(source, { standardize: false });
    const text = valueFor(source.splits.valid.features, 'text').readAll();
    expect([...read(untouched, 'valid', 'text').slice(0, 4)]).toEqual([...text.slice(0, 4)]);
    expect(untouched.statistics).toEqual({});
    const partly = createDataset(source, { standardize: { text: false } });
    expect(Object.keys(partly.statistics)).toEqual(['audio', 'vision']);
    expect([...read(partly, 'valid', 'text')]).toEqual([...read(untouched, 'valid', 'text')]);
    expect([...read(partly, 'valid', 'audio')]).not.toEqual([...read(untouched, 'valid', 'audio')]);
  });

  test('what is not finite becomes 0 and is counted, and so is padding that is not 0', () => {
    const source = raw();
    const data = valueFor(source.splits.train.features, 'audio').readAll();
    data.set([Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN]); // all in the 2 observed steps of row 0
    const dataset = createDataset(withFeatures(source, 'train', 'audio', data));
    expect(dataset.splits.train.cleaned.audio).toEqual({
      nan: 2,
      positiveInfinity: 1,
      negativeInfinity: 1,
      padding: 40 * 1 * 3,
    });
    expect(dataset.cleaned.nan).toBe(2);
    const out = read(dataset, 'train', 'audio');
    expect([...out.slice(0, 4)]).toEqual([0, 0, 0, 0]);
    expect(out[4]).not.toBe(0);
    expect(out.every(Number.isFinite)).toBe(true);
    expect(dataset.statistics.audio!.mean.every(Number.isFinite)).toBe(true);
  });

  test('a feature that is constant in training is 0 everywhere', () => {
    const source = raw();
    const data = valueFor(source.splits.train.features, 'text').readAll();
    for (let i = 2; i < data.length; i += 4) data[i] = 0.1;
    const dataset = createDataset(withFeatures(source, 'train', 'text', data));
    expect(dataset.statistics.text!.std[2]).toBe(1);
    const test = read(dataset, 'test', 'text');
    for (let i = 0; i < test.length; i += 4) expect(test[i + 2]).toBe(0);
    expect(test[0]).not.toBe(0);
  });

  test('a modality without training steps is left as it is', () => {
    const source = rawFrom(
      { train: samples(3, { text: 5 }), test: samples(2, { text: 5, audio: 3 }) },
      { text: 5, audio: 3 },
    );
    const dataset = createDataset(source);
    expect([...read(dataset, 'test', 'audio')]).toEqual([...valueFor(source.splits.test.features, 'audio').readAll()]);
  });

  test('with padding at the start the last steps are the observed ones', () => {
    const source = raw();
    const dataset = createDataset(source, { align: { audio: 'end' }, standardize: false });
    const before = valueFor(source.splits.valid.features, 'audio').readAll();
    expect([...read(dataset, 'valid', 'audio').slice(0, 9)]).toEqual([0, 0, 0, 0, 0, 0, ...before.slice(6, 9)]);
    expect(dataset.align).toEqual({ text: 'start', audio: 'end', vision: 'start' });
  });

  test('maxTime cuts the side of the padding', () => {
    const source = raw();
    for (const align of ['start', 'end'] as const) {
      for (const cacheBytes of [0, 2 ** 30]) {
        const dataset = createDataset(source, { maxTime: { text: 3 }, align, standardize: false, cacheBytes });
        expect(dataset.times).toEqual({ text: 3, audio: 3, vision: 4 });
        expect(dataset.splits.train.lengths.text![0]).toBe(3);
        expect(dataset.splits.test.lengths.text![0]).toBe(2);
        const before = valueFor(source.splits.train.features, 'text').readAll();
        const row = [...before.slice(41 * 20, 42 * 20)];
        expect([...read(dataset, 'train', 'text').slice(41 * 12, 42 * 12)]).toEqual(
          align === 'start' ? row.slice(0, 12) : row.slice(8),
        );
      }
    }
  });

  test('rows read on demand equal those in memory, in any order', () => {
    const source = raw();
    const inMemory = createDataset(source);
    const onDemand = createDataset(source, { cacheBytes: 0 });
    for (const split of SPLITS) {
      for (const modality of inMemory.modalities) {
        expect(read(onDemand, split, modality)).toEqual(read(inMemory, split, modality));
      }
    }
    expect(onDemand.cleaned).toEqual(inMemory.cleaned);
    const [a, b] = [new Float32Array(2 * 20), new Float32Array(2 * 20)];
    inMemory.splits.train.readRows('text', [48, 3], a);
    onDemand.splits.train.readRows('text', [48, 3], b);
    expect(b).toEqual(a);
    expect([...a.slice(0, 20)]).toEqual([...read(inMemory, 'train', 'text').slice(48 * 20, 49 * 20)]);
  });

  test('keeps in memory what fits, smallest first, and reads the rest', () => {
    const source = raw();
    const calls: string[] = [];
    const spy = (name: string, rows: MemoryRows) => ({
      shape: rows.shape,
      dtype: rows.dtype,
      readAll: () => rows.readAll(),
      readRows: (wanted: ArrayLike<number>, out: Float32Array) => {
        calls.push(name);
        rows.readRows(wanted, out);
      },
    });
    const { train } = source.splits;
    const features = mapModalities(train.features, (rows, modality) => spy(modality, rows as MemoryRows));
    const watched: RawDataset = { ...source, splits: { ...source.splits, train: { ...train, features } } };
    // of train: vision 49 x 4 x 2, audio 49 x 3 x 3, text 49 x 5 x 4; valid and test come to 37 floats x 13
    const dataset = createDataset(watched, { cacheBytes: 4 * (49 * 8 + 49 * 9 + 13 * 37) });
    calls.length = 0;
    for (const modality of dataset.modalities) read(dataset, 'train', modality);
    expect(calls).toEqual(['text']);
  });

  test.each(['start', 'end'] as const)(
    'splits may be padded to other times, or lack a modality (align %s)',
    (align) => {
      const source = raw();
      const { valid, test: last } = source.splits;
      const short = valueFor(valid.features, 'text')
        .readAll()
        .slice(0, 6 * 2 * 4);
      valid.features = { ...valid.features, text: new MemoryRows(short, [6, 2, 4]) };
      last.features = { text: valueFor(last.features, 'text') };
      last.lengths = { text: valueFor(last.lengths, 'text') };
      for (const cacheBytes of [0, 2 ** 30]) {
        const dataset = createDataset(source, { align, cacheBytes, standardize: false });
        expect(dataset.times).toEqual(times);
        const row = [...read(dataset, 'valid', 'text').slice(20, 40)];
        const padding = Array(16).fill(0);
        expect(row).toEqual(
          align === 'start' ? [...short.slice(8, 12), ...padding] : [...padding, ...short.slice(12, 16)],
        );
        expect(dataset.splits.test.numPresent).toEqual({ text: 7, audio: 0, vision: 0 });
        expect(read(dataset, 'test', 'vision')).toEqual(new Float32Array(7 * 4 * 2));
      }
    },
  );

  test('uses the modalities asked for', () => {
    const dataset = createDataset(raw(), { modalities: ['vision', 'text'] });
    expect(dataset.modalities).toEqual(['text', 'vision']);
    expect(Object.keys(dataset.dims)).toEqual(['text', 'vision']);
    expect(() => createDataset(rawFrom({}, { text: 2 }), { modalities: ['audio'] })).toThrow(
      /must have audio: got \[text\]/,
    );
    expect(() => createDataset(raw(), { modalities: [] })).toThrow(/at least one modality/);
  });
});

describe('what does not fit together is refused', () => {
  const broken = (change: (source: RawDataset) => void) => () => {
    const source = raw();
    change(source);
    createDataset(source);
  };
  test.each<[string, (source: RawDataset) => void, RegExp]>([
    [
      'labels',
      ({ splits }) => {
        splits.valid.labels = new Float32Array(5);
      },
      /valid must have 6 labels, one an id: got 5/,
    ],
    [
      'a label',
      ({ splits }) => {
        splits.test.labels[3] = Number.NaN;
      },
      /finite: got NaN in row 3 of test/,
    ],
    [
      'a length',
      ({ splits }) => {
        splits.train.lengths.audio![7] = 4;
      },
      /lengths of audio must lie in \[0, 3\]: got 4 in row 7 of train/,
    ],
    [
      'lengths',
      ({ splits }) => {
        splits.train.lengths = { ...splits.train.lengths, audio: new Int32Array(2) };
      },
      /49 lengths of audio/,
    ],
    [
      'dims',
      ({ splits }) => {
        splits.test.features = { ...splits.test.features, text: new MemoryRows(new Float32Array(7 * 5), [7, 5, 1]) };
      },
      /text of test must have 4 features a step as in train: got 1/,
    ],
    [
      'rank',
      ({ splits }) => {
        splits.test.features = { ...splits.test.features, text: new MemoryRows(new Float32Array(7), [7, 1]) };
      },
      /must have features \[n, time, dim\]: got \[7, 1\]/,
    ],
    [
      'rows',
      ({ splits }) => {
        splits.test.features = { ...splits.test.features, text: new MemoryRows(new Float32Array(6 * 20), [6, 5, 4]) };
      },
      /7 rows of text, one an id: got 6/,
    ],
    [
      'a class',
      (source) => {
        source.task = { kind: 'classification', classes: ['no', 'yes'] };
      },
      /class indices from 0 to 1: got -3 in row 0 of train/,
    ],
  ])('%s', (_, change, message) => {
    expect(broken(change)).toThrow(message);
  });

  test('maxTime', () => {
    expect(() => createDataset(raw(), { maxTime: 0 })).toThrow(/maxTime of text must be a positive integer: got 0/);
  });
});
