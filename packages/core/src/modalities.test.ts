import { expect, test } from 'vitest';
import { entriesOf, forModalities, MODALITIES, mapModalities, modalitiesOf, valueFor, valuesOf } from './modalities';

const record = { vision: 3, text: 1 };

test('records are read in the fixed order, whatever the order of their keys', () => {
  expect(MODALITIES).toEqual(['text', 'audio', 'vision']);
  expect(modalitiesOf(record)).toEqual(['text', 'vision']);
  expect(entriesOf(record)).toEqual([
    ['text', 1],
    ['vision', 3],
  ]);
  expect(valuesOf(record)).toEqual([1, 3]);
});

test('mapModalities keeps absent modalities absent and passes the name', () => {
  const mapped = mapModalities(record, (value, modality) => `${modality}${value}`);
  expect(Object.entries(mapped)).toEqual([
    ['text', 'text1'],
    ['vision', 'vision3'],
  ]);
});

test('values that are false, 0 or null are there', () => {
  expect(modalitiesOf({ text: 0, audio: null, vision: false })).toEqual(MODALITIES);
  expect(valueFor({ audio: 0 }, 'audio')).toBe(0);
});

test('forModalities builds a record in the fixed order', () => {
  expect(Object.entries(forModalities(['vision', 'audio'], (modality) => modality.length))).toEqual([
    ['audio', 5],
    ['vision', 6],
  ]);
  expect(forModalities([], () => 1)).toEqual({});
});

test('a value that must be there and is not is an error that says what is', () => {
  expect(() => valueFor(record, 'audio')).toThrow(
    'Cannot take the value of audio as the record must have it: got [text, vision].',
  );
});
