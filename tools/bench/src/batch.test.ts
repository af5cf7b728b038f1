import { decodeSafetensors, Rng } from '@trimodal/core';
import { expect, test } from 'vitest';
import { mirrorArrays, paddedRows, randomBatch } from './batch';

const masks = {
  text: { time: 3, dim: 2, rows: paddedRows([3, 1], 3) },
  audio: { time: 2, dim: 1, rows: paddedRows([0, 2], 2) },
};

test('steps that are not there have no features, and absent modalities are not present', () => {
  const { features, mask, present } = randomBatch(masks, new Rng(1)).views[0]!;
  expect([...mask.text!.data]).toEqual([1, 1, 1, 1, 0, 0]);
  const zeros = [...features.text!.data].map((value) => value === 0);
  expect(zeros).toEqual([...Array(8).fill(false), ...Array(4).fill(true)]);
  expect([...present]).toEqual([1, 0, 0, 1, 1, 0]);
});

test('the mirror gets the rows of real samples alone', () => {
  const batch = { ...randomBatch(masks, new Rng(1)), count: 1 };
  const { tensors } = decodeSafetensors(mirrorArrays({ parameters: new Map() }, [batch]));
  const shapes = [...tensors].map(([name, { shape }]) => [name, shape]);
  expect(shapes).toEqual([
    ['input/0/features/text', [1, 3, 2]],
    ['input/0/features/audio', [1, 2, 1]],
    ['input/0/mask/text', [1, 3]],
    ['input/0/mask/audio', [1, 2]],
    ['input/0/labels', [1]],
  ]);
  expect(tensors.get('input/0/features/text')!.data).toEqual(batch.views[0]!.features.text!.data.subarray(0, 6));
});
