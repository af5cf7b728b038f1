import { expect, test } from 'vitest';
import { checkMissingness, type Missingness, modalitySubsets } from './missingness';

test('subsets come small ones first, in the order of modalities', () => {
  expect(
    modalitySubsets(['text', 'audio', 'vision']).map((subset) => subset.map(([letter]) => letter).join('')),
  ).toEqual(['t', 'a', 'v', 'ta', 'tv', 'av', 'tav']);
  expect(modalitySubsets(['text', 'vision'])).toEqual([['text'], ['vision'], ['text', 'vision']]);
});

test('says what is wrong with a protocol', () => {
  const check = (missingness: Missingness) => () => checkMissingness(missingness, ['text', 'audio']);
  expect(check({ protocol: 'frame-uniform', rate: 1.5 })).toThrow(/rate must lie in \[0, 1\]: got 1.5/);
  expect(check({ protocol: 'mixed', rate: -1 })).toThrow(/rate must lie/);
  expect(check({ protocol: 'modality-subsets', subset: ['vision'] })).toThrow(
    /some of \[text, audio\]: got \[vision\]/,
  );
  expect(check({ protocol: 'modality-subsets', subset: [] })).toThrow(/got \[\]/);
  expect(check({ protocol: 'frame-unifrom' } as unknown as Missingness)).toThrow(/did you mean frame-uniform\?/);
  expect(check({ protocol: 'mixed' })).not.toThrow();
});
