import { describe, expect, it } from 'vitest';
import { randomFrom } from './__fixtures__/random';
import { linearProbeAccuracy, linearProbeR2 } from './linear-probe';

const random = randomFrom(17);
const centred = () => random() - 0.5;

/** A factor, a representation `[n, 3]` that holds it at any scale, and one that doesn't. */
function sample(numRows: number, scale: number) {
  const factor = Float64Array.from({ length: numRows }, centred);
  const holds = new Float64Array(numRows * 3);
  const lacks = new Float64Array(numRows * 3);
  for (let i = 0; i < numRows; i++) {
    const noise = centred();
    holds.set([scale * (factor[i]! + noise), scale * noise, 7], i * 3); // the last column is constant
    lacks.set([scale * centred(), scale * noise, 7], i * 3);
  }
  return { factor, holds, lacks };
}

describe.each([1e-4, 1, 1e4])('probes of a representation of scale %f', (scale) => {
  const train = sample(200, scale);
  const test = sample(80, scale);
  const sets = (part: 'holds' | 'lacks') => ({
    train: { x: train[part], y: train.factor, numRows: 200 },
    test: { x: test[part], y: test.factor, numRows: 80 },
  });

  it('recover a factor that is there, linearly', () => {
    expect(linearProbeR2(sets('holds'))).toBeGreaterThan(0.99);
    expect(linearProbeR2(sets('lacks'))).toBeLessThan(0.1);
  });

  it('tell classes that are there', () => {
    const classOf = (factor: Float64Array) => Int32Array.from(factor, (f) => (f < 0 ? 0 : 1));
    const classes = (part: 'holds' | 'lacks') => ({
      train: { x: train[part], labels: classOf(train.factor) },
      test: { x: test[part], labels: classOf(test.factor) },
      numClasses: 2,
    });
    expect(linearProbeAccuracy(classes('holds'))).toBeGreaterThan(0.95);
    expect(linearProbeAccuracy(classes('lacks'))).toBeLessThan(0.7);
  });
});

it('judges on the test set: what was learned by heart does not count', () => {
  const noise = (length: number) => Float64Array.from({ length }, centred);
  const [x, y] = [noise(12 * 11), noise(12)];
  const train = { x, y, numRows: 12 };
  expect(linearProbeR2({ train, test: train, penalty: 1e-6 })).toBeGreaterThan(0.9);
  expect(linearProbeR2({ train, test: { x: noise(30 * 11), y: noise(30), numRows: 30 }, penalty: 1e-6 })).toBeLessThan(
    0,
  );
});

it('refuses sets that do not fit', () => {
  const train = { x: [1, 2, 3, 5], y: [1, 2], numRows: 2 };
  expect(() => linearProbeR2({ train, test: { x: [1, 2, 3], y: [1], numRows: 1 } })).toThrow(
    'test.x must have the width of train.x, 2: got 3',
  );
  expect(() =>
    linearProbeAccuracy({ train: { x: [1, 2], labels: [0, 2] }, test: { x: [1], labels: [0] }, numClasses: 2 }),
  ).toThrow('labels must be classes from 0 to 1: got 2 at index 1');
});
