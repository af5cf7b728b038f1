import { describe, expect, it, onTestFinished } from 'vitest';
import { SPLITS } from '../raw-dataset';
import { encodePickle, floats } from './__fixtures__/encode-pickle';
import { fixturePath, readJson, temporaryFile } from './__fixtures__/files';
import { describeFeatureFile } from './describe';
import { openFeatureFile } from './feature-file';

type Facts = {
  shape: number[];
  dtype: string;
  lengths: number[];
  samplesPresent: number;
  negativeInfinity: number;
  constantColumns: number[];
};

async function describePath(path: string, align: 'start' | 'end' = 'start') {
  const raw = await openFeatureFile(path, { align });
  onTestFinished(() => raw.close());
  return describeFeatureFile(raw, { align });
}

describe('describeFeatureFile', () => {
  it('finds what numpy finds', async () => {
    const facts = readJson('mmsa.json') as Record<string, Record<'text' | 'audio' | 'vision', Facts>>;
    const { splits } = await describePath(fixturePath('mmsa.pkl'));
    for (const name of SPLITS) {
      for (const modality of ['text', 'audio', 'vision'] as const) {
        const { lengths, shape, dtype, samplesPresent, negativeInfinity, constantColumns } = facts[name]![modality];
        const present = lengths.filter((length) => length > 0);
        expect(splits[name].modalities[modality]).toMatchObject({
          ...{ shape, dtype, samplesPresent, negativeInfinity, constantColumns },
          ...{ nan: 0, positiveInfinity: 0, nonZeroPadding: 0 },
          lengths: {
            min: Math.min(...present),
            mean: present.reduce((sum, length) => sum + length) / present.length,
            max: Math.max(...present),
          },
        });
      }
    }
    expect(splits.train.modalities.vision).toMatchObject({ samplesPresent: 3, constantColumns: [6] });
    expect(splits.train).toMatchObject({
      samples: 5,
      ids: ['video1$_$0', 'video1$_$1', 'video1$_$2', 'video1$_$3', 'video1$_$4'],
      labels: { min: -1.75, mean: 0.25, max: 2.25 },
      labelHistogram: [
        [-2, 1],
        [-1, 1],
        [0, 1],
        [1, 1],
        [2, 1],
      ],
    });
  });

  it('counts what is not finite where something is observed, and what is not zero where nothing is', async () => {
    // [2, 3, 2]; lengths 2 and 0
    const values = [Number.NaN, 5, Number.POSITIVE_INFINITY, 5, 1, 0, 0, 0, Number.NaN, 0, 0, 2];
    const fields = {
      audio: floats([2, 3, 2], (i) => values[i]!),
      audio_lengths: [2, 0],
      regression_labels: [0.5, 2.5],
    };
    const path = temporaryFile(encodePickle({ train: fields, valid: fields, test: fields }));
    const { train } = (await describePath(path)).splits;
    expect(train.modalities.audio).toEqual({
      shape: [2, 3, 2],
      dtype: 'float32',
      lengths: { min: 2, mean: 2, max: 2 },
      samplesPresent: 1,
      nan: 1,
      positiveInfinity: 1,
      negativeInfinity: 0,
      nonZeroPadding: 3,
      zeroFirstStep: 0,
      zeroLastStep: 0,
      constantColumns: [0, 1],
    });
    // halves to the even one
    expect(train.labelHistogram).toEqual([
      [0, 1],
      [2, 1],
    ]);
    const atEnd = (await describePath(path, 'end')).splits.train.modalities.audio;
    expect(atEnd).toMatchObject({ nan: 0, positiveInfinity: 1, nonZeroPadding: 4 });
  });

  it('tells at which end a file pads', async () => {
    const { splits } = await describePath(fixturePath('mult.pkl'), 'end');
    expect(splits.test.modalities.text).toMatchObject({ zeroFirstStep: 3, zeroLastStep: 0, nonZeroPadding: 0 });
  });

  it('gives plain data that JSON keeps', async () => {
    const description = await describePath(fixturePath('mmsa.pkl'));
    expect(JSON.parse(JSON.stringify(description))).toEqual(description);
  });
});
