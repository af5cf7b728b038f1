import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areaUnderCurve, mean, meanAndStd, std } from './statistics';

const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 30 });

describe('mean and std', () => {
  it('of a sample, with n - 1', () => {
    expect(meanAndStd([1, 2, 4])).toEqual({ mean: 7 / 3, std: expect.closeTo(Math.sqrt(7 / 3), 12), count: 3 });
  });

  it('a single value has no spread to tell', () => {
    expect(meanAndStd([3])).toEqual({ mean: 3, std: null, count: 1 });
    expect(() => std([3])).toThrow(new RangeError('Cannot compute std as there must be at least two values: got 1.'));
    expect(() => mean([])).toThrow('values must have at least one value: got none');
  });

  it('move and scale with the values', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const moved = meanAndStd(values.map((value) => 2 * value + 5));
        expect(moved.mean).toBeCloseTo(2 * mean(values) + 5, 5);
        expect(moved.std).toBeCloseTo(2 * std(values), 5);
      }),
    );
  });
});

describe('areaUnderCurve', () => {
  it('weighs by the width of each step', () => {
    expect(areaUnderCurve([0, 0.5, 1], [0.8, 0.7, 0.4])).toBeCloseTo(0.65, 12);
    expect(areaUnderCurve([0, 0.1, 1], [1, 0, 0])).toBeCloseTo(0.05, 12);
  });

  it('is the width times the mean for a straight line, cut anywhere', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 8 });
    fc.assert(
      fc.property(cuts, fc.double({ min: -1, max: 1, noNaN: true }), (inner, slope) => {
        const rates = [0, ...inner.sort((a, b) => a - b), 100];
        const values = rates.map((rate) => 0.8 + slope * rate);
        expect(areaUnderCurve(rates, values)).toBeCloseTo(80 + slope * 5000, 8);
      }),
    );
  });

  it('refuses rates that do not increase', () => {
    expect(() => areaUnderCurve([0, 0.5, 0.5], [1, 1, 1])).toThrow('rates must increase: got 0.5 after 0.5 at index 2');
    expect(() => areaUnderCurve([0], [1])).toThrow('at least two rates');
    expect(() => areaUnderCurve([0, 1], [1])).toThrow('rates and values must have the same length: got 2 and 1');
  });
});
