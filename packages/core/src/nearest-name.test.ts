import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearestName } from './nearest-name';

const keys = ['kernelSize', 'numLayers', 'numHeads', 'dropoutRate', 'dModel'];

test.each([
  ['kernelsize', 'kernelSize'],
  ['kernelSiz', 'kernelSize'],
  ['numHead', 'numHeads'],
  ['dropoutrat', 'dropoutRate'],
  ['dmodle', 'dModel'],
  ['numLayres', 'numLayers'],
])('%s is nearest to %s', (typed, wanted) => expect(nearestName(typed, keys)).toBe(wanted));

test('a word far from all has no nearest name', () => {
  expect(nearestName('temperature', keys)).toBeUndefined();
  expect(nearestName('x', [])).toBeUndefined();
});

test('of two at one distance the first wins', () => {
  expect(nearestName('bat', ['cat', 'hat'])).toBe('cat');
});

test('a candidate is nearest to itself', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 }), fc.nat(), (names, i) => {
      const name = names[i % names.length]!;
      expect(nearestName(name, names)).toBe(name);
    }),
  );
});
