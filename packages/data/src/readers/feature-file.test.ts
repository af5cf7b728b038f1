import { valueFor } from '@trimodal/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RawDataset } from '../raw-dataset';
import { ArrayToWrite, encodePickle, floats, type Writable } from './__fixtures__/encode-pickle';
import { fixturePath, readJson, temporaryFile } from './__fixtures__/files';
import { type FeatureFileOptions, openFeatureFile, openMmsa, openMult } from './feature-file';

type Fields = { [key: string]: Writable | undefined };
type ModalityFacts = { shape: number[]; lengths: number[]; data: (number | string)[] };

async function open(path: string, options?: FeatureFileOptions): Promise<RawDataset> {
  const raw = await openFeatureFile(path, options);
  onTestFinished(() => raw.close());
  return raw;
}

function fieldsOf(count: number, changes: Fields = {}): { [key: string]: Writable } {
  const fields: Fields = {
    text: floats([count, 3, 4], (i) => i + 1),
    audio: floats([count, 2, 5], (i) => i + 1),
    regression_labels: floats([count], (i) => i / 2),
    ...changes,
  };
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, Writable] => entry[1] !== undefined),
  );
}

/** A file whose splits have 3, 2 and 2 samples; `changes` are of its validation split, or of all splits. */
function fileWith(changes: Fields, all: Fields = {}): string {
  return temporaryFile(
    encodePickle({ train: fieldsOf(3, all), valid: fieldsOf(2, { ...all, ...changes }), test: fieldsOf(2, all) }),
  );
}

describe('a file of the MMSA layout', () => {
  const facts = readJson('mmsa.json') as Record<string, Record<'text' | 'audio' | 'vision', ModalityFacts>>;

  it.each(['train', 'valid', 'test'] as const)('gives features and lengths of %s', async (name) => {
    const { splits } = await open(fixturePath('mmsa.pkl'));
    const split = splits[name];
    for (const modality of ['text', 'audio', 'vision'] as const) {
      const { shape, lengths, data } = facts[name]![modality];
      const source = valueFor(split.features, modality);
      expect(source.shape).toEqual(shape);
      expect([...source.readAll()]).toEqual([
        ...Float32Array.from(data, (x) => (x === '-inf' ? -Infinity : Number(x))),
      ]);
      expect([...valueFor(split.lengths, modality)]).toEqual(lengths);
    }
  });

  it('gives what else a sample has', async () => {
    const raw = await open(fixturePath('mmsa.pkl'));
    const { ids, labels, rawText, annotations, classLabels } = raw.splits.train;
    expect(ids).toEqual(['video1$_$0', 'video1$_$1', 'video1$_$2', 'video1$_$3', 'video1$_$4']);
    expect([...labels]).toEqual([-1.75, -0.75, 0.25, 1.25, 2.25]);
    expect(rawText?.[4]).toBe('text 4');
    expect(annotations?.slice(1, 3)).toEqual(['Negative', 'Positive']);
    expect([...classLabels!]).toEqual([0, 0, 2, 2, 2]);
    expect(raw.task).toEqual({ kind: 'regression', range: [-3, 3] });
    expect(raw.source).toBe(fixturePath('mmsa.pkl'));
    expect(raw.dataHash).toMatch(/^[0-9a-f]{64}$/);
    expect(raw.dataHash).toBe((await open(fixturePath('mmsa.pkl.gz'))).dataHash);
  });

  it('gives class labels for a classification', async () => {
    const classes = ['negative', 'neutral', 'positive'];
    const { splits } = await open(fixturePath('mmsa.pkl'), { task: { kind: 'classification', classes } });
    expect([...splits.train.labels]).toEqual([0, 0, 2, 2, 2]);
    const tooFew = open(fixturePath('mmsa.pkl'), { task: { kind: 'classification', classes: classes.slice(1) } });
    await expect(tooFew).rejects.toThrow('train.classification_labels[2] must be one of 2 classes, from 0 on: got 2.');
  });

  it('takes modalities, ids and lengths that are missing as such', async () => {
    const path = fileWith({ audio: undefined }, { audio: new ArrayToWrite([3, 1, 1], new Float32Array(3)) });
    await expect(openFeatureFile(path)).rejects.toThrow('test.audio must have 2 samples as text has');
    const { splits } = await open(fileWith({ audio: undefined }));
    expect(Object.keys(splits.train.features)).toEqual(['text', 'audio']);
    expect(Object.keys(splits.valid.features)).toEqual(['text']);
    expect(Object.keys(splits.valid.lengths)).toEqual(['text']);
    expect(splits.valid.ids).toEqual(['valid-0', 'valid-1']);
    expect(splits.valid).not.toHaveProperty('rawText');
  });

  it.each(['start', 'end'] as const)('finds lengths where sequences lie at the %s of their padding', async (align) => {
    // steps: 0 0 x x | x x 0 0 | 0 0 0 0 | x 0 0 NaN
    const steps = [0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, Number.NaN];
    const text = floats([4, 4, 3], (i) => (i % 3 === 2 ? steps[Math.floor(i / 3)]! : 0));
    const fields = { ...fieldsOf(4), text };
    const path = temporaryFile(encodePickle({ train: fields, valid: fields, test: fields }));
    const { splits } = await open(path, { align });
    expect([...splits.train.lengths.text!]).toEqual(align === 'start' ? [4, 2, 0, 4] : [2, 4, 0, 4]);
  });

  it('takes labels of another range if it is told so', async () => {
    const path = fileWith({ regression_labels: floats([2], (i) => 4 + i) });
    const message = 'valid.regression_labels[0] must lie in [-3, 3]: got 4; if the scores have another range';
    await expect(openFeatureFile(path)).rejects.toThrow(message);
    const { splits } = await open(path, { task: { kind: 'regression', range: [0, 5] } });
    expect([...splits.valid.labels]).toEqual([4, 5]);
  });

  it('takes lists as well as arrays', async () => {
    const { splits } = await open(fileWith({ regression_labels: [0.5, -1], id: ['a', 'b'], audio_lengths: [0, 2] }));
    expect([...splits.valid.labels]).toEqual([0.5, -1]);
    expect(splits.valid.ids).toEqual(['a', 'b']);
    expect([...splits.valid.lengths.audio!]).toEqual([0, 2]);
  });

  it.each<[string, Fields, string]>([
    [
      'sample counts',
      { audio: floats([3, 2, 5], () => 1) },
      'valid.audio must have 2 samples as text has: got float32 array [3, 2, 5].',
    ],
    [
      'the rank of features',
      { audio: floats([2, 5], () => 1) },
      'valid.audio must be numbers [samples, steps, features]',
    ],
    [
      'the size of features',
      { audio: floats([2, 0, 5], () => 1) },
      'valid.audio must be numbers [samples, steps, features], none of them 0',
    ],
    [
      'the kind of features',
      { audio: [1, 2] },
      'valid.audio must be numbers [samples, steps, features], none of them 0: got (1, 2).',
    ],
    [
      'widths',
      { audio: floats([2, 2, 6], () => 1) },
      'valid.audio must have 5 features a step as train.audio has: got 6.',
    ],
    [
      'label counts',
      { regression_labels: floats([3], () => 1) },
      'valid.regression_labels must hold one number for each of 2 samples: got float32 array [3].',
    ],
    [
      'label axes',
      { regression_labels: floats([2, 7], () => 1) },
      'valid.regression_labels must hold one number for each of 2 samples',
    ],
    [
      'labels',
      { regression_labels: floats([2], () => Number.NaN) },
      'valid.regression_labels[0] must lie in [-3, 3]: got NaN',
    ],
    ['labels that are texts', { regression_labels: [1, 'x'] }, "valid.regression_labels[1] must be a number: got 'x'."],
    [
      'labels that are missing',
      { regression_labels: undefined },
      'valid.regression_labels must hold one number for each of 2 samples: got nothing.',
    ],
    [
      'lengths beyond the steps',
      { audio_lengths: [1, 3] },
      'valid.audio_lengths[1] must be an integer from 0 to the 2 steps there are: got 3.',
    ],
    [
      'lengths below 0',
      { audio_lengths: [-1, 1] },
      'valid.audio_lengths[0] must be an integer from 0 to the 2 steps there are: got -1.',
    ],
    ['broken lengths', { audio_lengths: [0.5, 1] }, 'valid.audio_lengths[0] must be an integer'],
    ['length counts', { audio_lengths: [1] }, 'valid.audio_lengths must hold one number for each of 2 samples'],
    [
      'token ids alone',
      { text: undefined, text_bert: floats([2, 3, 3], () => 1) },
      'valid.text must be there with text features: got text_bert (token ids) only',
    ],
    ['token masks', { text_bert: floats([2, 3, 5], () => 1) }, 'valid.text_bert must have shape [2, 3, 3] as text has'],
    [
      'no modality',
      { text: undefined, audio: undefined },
      'valid.text (or audio or vision) must be there: got none of them.',
    ],
    ['id counts', { id: ['a'] }, 'valid.id must hold a value for each of 2 samples: got a list of 1.'],
    ['ids', { id: ['a', null] }, 'valid.id[1] must be a text: got None.'],
    ['texts', { raw_text: ['a', ['b', 'c']] }, 'valid.raw_text[1] must be one text: got a list of 2.'],
    [
      'classes',
      { classification_labels: [0, 0.5] },
      'valid.classification_labels[1] must be the number of a class: got 0.5.',
    ],
  ])('must agree in %s', async (_, changes, message) => {
    const path = fileWith(changes);
    await expect(openFeatureFile(path)).rejects.toThrow(`Cannot read ${path} as ${message}`);
  });

  it('must have its splits', async () => {
    const fields = fieldsOf(2);
    const cases: [Writable, string][] = [
      [[1, 2], 'must hold a dict of train, valid, test: got (1, 2).'],
      [
        { train: fields, val: fields, test: fields },
        'the split valid must be there: got [train, val, test]; is val meant.',
      ],
      [{ train: 1, valid: fields, test: fields }, 'train must be a dict of fields: got 1.'],
      [
        { train: { text: 1 }, valid: fields, test: fields },
        'train.regression_labels (MMSA) or train.labels (MulT) must be there: got neither.',
      ],
    ];
    for (const [content, message] of cases) {
      await expect(openFeatureFile(temporaryFile(encodePickle(content)))).rejects.toThrow(message);
    }
  });
});

describe('a file of the MulT layout', () => {
  it('is recognised, and read with ids of three parts and labels of three axes', async () => {
    const raw = await open(fixturePath('mult.pkl'), { align: 'end' });
    const { ids, labels, lengths, features } = raw.splits.test;
    expect(ids).toEqual(['v0[1.5,2.25]', 'v1[1.5,2.25]', 'v2[1.5,2.25]', 'v3[1.5,2.25]']);
    expect([...labels]).toEqual([-0.5, 0, 0.5, 1]);
    // sample i has (i + 2) % 4 zero steps before its 4 - that many observed ones
    expect([...lengths.vision!]).toEqual([2, 1, 4, 3]);
    expect(features.vision?.dtype).toBe('float64');
    const out = new Float32Array(16);
    features.vision?.readRows([1], out);
    // three steps of zeros, then values 28 to 31 of the sequence, plus 2
    expect([...out]).toEqual([
      ...new Array(12).fill(0),
      ...[28, 29, 30, 31].map((i) => (((i * 7919) % 2003) - 1001) / 64 + 2),
    ]);
  });

  it('isn’t one of the MMSA layout, nor the other way round', async () => {
    await expect(openMmsa(fixturePath('mult.pkl'))).rejects.toThrow('train.regression_labels must hold one number');
    await expect(openMult(fixturePath('mmsa.pkl'))).rejects.toThrow('train.labels must hold one number');
    const [mmsa, mult] = await Promise.all([openMmsa(fixturePath('mmsa.pkl')), openMult(fixturePath('mult.pkl'))]);
    expect([mmsa.splits.train.ids.length, mult.splits.train.ids.length]).toEqual([5, 3]);
    mmsa.close();
    mult.close();
  });
});

describe('close', () => {
  it('ends reading from the file', async () => {
    const fields = { text: floats([3, 40, 40], (i) => i), regression_labels: [1, 2, 3] };
    const raw = await openFeatureFile(temporaryFile(encodePickle({ train: fields, valid: fields, test: fields })));
    expect(raw.splits.train.features.text?.readAll()[4799]).toBe(4799);
    raw.close();
    expect(() => raw.splits.train.features.text?.readAll()).toThrow('must be open');
  });
});
