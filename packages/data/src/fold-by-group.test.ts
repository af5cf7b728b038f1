import { describe, expect, test } from 'vitest';
import { createDataset } from './dataset';
import { foldByGroup, videoOf } from './fold-by-group';
import { MemoryRows } from './memory-rows';
import type { RawDataset, RawSplit } from './raw-dataset';

/** Samples whose one text feature is their label; audio is there only if told. */
function split(ids: string[], first: number, hasAudio: boolean): RawSplit {
  const values = Float32Array.from(ids, (_, i) => first + i);
  return {
    ids,
    features: {
      text: new MemoryRows(values, [ids.length, 1, 1]),
      ...(hasAudio ? { audio: new MemoryRows(new Float32Array(ids.length * 4).fill(7), [ids.length, 2, 2]) } : {}),
    },
    lengths: {
      text: new Int32Array(ids.length).fill(1),
      ...(hasAudio ? { audio: new Int32Array(ids.length).fill(2) } : {}),
    },
    labels: values,
    rawText: ids.map((id) => `said ${id}`),
  };
}

const idsOf = (video: string, count: number) => Array.from({ length: count }, (_, i) => `${video}$_$${i}`);
const trainIds = ['a', 'b', 'c', 'd', 'e'].flatMap((video, i) => idsOf(video, 3 + i));
const validIds = ['f', 'g'].flatMap((video) => idsOf(video, 4));
const raw: RawDataset = {
  splits: {
    train: split(trainIds, 100, false),
    valid: split(validIds, 200, true),
    test: split(idsOf('t', 3), 900, true),
  },
  task: { kind: 'regression', range: [-3, 3] },
  source: 'made.pkl',
  dataHash: 'abc',
  close: () => {},
};
const choices = [0, 1, 2].flatMap((fold) => ([0, 1] as const).map((half) => ({ folds: 3, fold, half })));
const videosOf = (ids: readonly string[]) => [...new Set(ids.map(videoOf))];

test('each sample of train and valid is tested once, none of test ever', () => {
  const tested = choices.flatMap((choice) => foldByGroup(raw, choice).splits.test.ids);
  expect([...tested].sort()).toEqual([...trainIds, ...validIds].sort());
  for (const choice of choices) {
    const all = Object.values(foldByGroup(raw, choice).splits).flatMap(({ ids }) => ids);
    expect(all.sort()).toEqual([...trainIds, ...validIds].sort());
  }
});

test('no video is in two splits; the halves of a fold change places', () => {
  for (const choice of choices) {
    const { train, valid, test: held } = foldByGroup(raw, choice).splits;
    const videos = [train, valid, held].flatMap(({ ids }) => videosOf(ids));
    expect(new Set(videos).size).toBe(videos.length);
    const twin = foldByGroup(raw, { ...choice, half: choice.half === 0 ? 1 : 0 }).splits;
    expect([twin.valid.ids, twin.test.ids]).toEqual([held.ids, valid.ids]);
  }
});

test('parts are of about one size, and depend on the ids alone', () => {
  const sizes = choices.map((choice) => foldByGroup(raw, choice).splits.test.ids.length);
  expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(6);
  const turned = { ...raw, splits: { ...raw.splits, train: raw.splits.valid, valid: raw.splits.train } };
  for (const choice of choices) {
    const [one, other] = [raw, turned].map((each) => foldByGroup(each, choice).splits.test.ids);
    expect([...other!].sort()).toEqual([...one!].sort());
  }
});

test('every row keeps its features, label and text; a modality that a split lacks is missing', () => {
  const folded = foldByGroup(raw, choices[2]!);
  const dataset = createDataset(folded, { standardize: false });
  const labelOf = new Map([
    ...trainIds.map((id, i) => [id, 100 + i] as const),
    ...validIds.map((id, i) => [id, 200 + i] as const),
  ]);
  for (const name of ['train', 'valid', 'test'] as const) {
    const { ids, labels, size, rawText, lengths } = dataset.splits[name];
    const text = new Float32Array(size);
    // backwards, to see that rows go where they are asked for
    dataset.splits[name].readRows(
      'text',
      Array.from(ids, (_, i) => size - 1 - i),
      text,
    );
    expect([...text].reverse()).toEqual([...labels]);
    expect([...labels]).toEqual(ids.map((id) => labelOf.get(id)));
    expect(rawText).toEqual(ids.map((id) => `said ${id}`));
    expect([...lengths.audio!]).toEqual(ids.map((id) => (validIds.includes(id) ? 2 : 0)));
    const audio = new Float32Array(size * 4);
    dataset.splits[name].readRows(
      'audio',
      Array.from(ids, (_, i) => i),
      audio,
    );
    expect([...audio]).toEqual(ids.flatMap((id) => Array(4).fill(validIds.includes(id) ? 7 : 0)));
  }
});

test('each has a hash of its own', () => {
  const hashes = choices.map((choice) => foldByGroup(raw, choice).dataHash);
  expect(new Set([raw.dataHash, ...hashes]).size).toBe(1 + choices.length);
});

describe('is refused', () => {
  test.each([
    [{ folds: 1, fold: 0, half: 0 }, 'their number must be an integer of at least 2: got 1'],
    [{ folds: 3, fold: 3, half: 0 }, 'the fold must be from 0 to 2: got 3'],
    [{ folds: 3, fold: 0, half: 2 }, 'the half must be 0 or 1: got 2'],
    [{ folds: 4, fold: 0, half: 0 }, 'there must be 8 videos at least, two for each fold: got 7 in train and valid'],
  ])('%j', (options, message) => {
    expect(() => foldByGroup(raw, options as Parameters<typeof foldByGroup>[1])).toThrow(message);
  });

  test('an id without a video, padding that differs', () => {
    expect(() => videoOf('12')).toThrow('such as video$_$7 or video_7: got "12"');
    const wider = { ...raw.splits.valid, features: { text: new MemoryRows(new Float32Array(16), [8, 2, 1]) } };
    expect(() => foldByGroup({ ...raw, splits: { ...raw.splits, valid: wider } }, choices[0]!)).toThrow(
      'text must have the same shape in train and valid: got [1, 1] and [2, 1]',
    );
  });
});

test('the video of an id in the forms that files have', () => {
  expect(['03bSnISJMiM$_$7', '03bSnISJMiM[12]', '_dI--eQ6qVU_1', 'video_0001$_$0004'].map(videoOf)).toEqual([
    '03bSnISJMiM',
    '03bSnISJMiM',
    '_dI--eQ6qVU',
    'video_0001',
  ]);
});
