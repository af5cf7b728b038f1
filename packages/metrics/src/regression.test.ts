import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acc2HasZero, acc2NonZero, acc5, acc7, f1NonZero, mae, pearson, regressionMetrics } from './regression';

describe('regressionMetrics', () => {
  it('gives every score by hand', () => {
    const got = regressionMetrics([-2, 1, 0, 3], [-1, 2, -0.5, -1]);
    expect(got.mae).toBeCloseTo((1 + 1 + 0.5 + 4) / 4, 12);
    expect(got.acc2NonZero).toBeCloseTo(2 / 3, 12);
    expect(got.acc2HasZero).toBeCloseTo(2 / 4, 12);
    expect(got.acc7).toBe(1 / 4); // -0.5 rounds to -0, the class of 0
    expect(got.acc5).toBe(1 / 4);
    // non-zero: truth - + +, predicted - + -: F1 of both classes 2/3
    expect(got.f1NonZero).toBeCloseTo(2 / 3, 12);
    // has-zero: truth - + + +, predicted - + - -: F1 1/2 (support 1) and 1/2 (support 3)
    expect(got.f1HasZero).toBeCloseTo(1 / 2, 12);
  });

  it('rounds halves to even, as numpy does', () => {
    expect(acc7([0, 2, 2, 0, -2, -2], [0.5, 1.5, 2.5, -0.5, -1.5, -2.5])).toBe(1);
    expect(acc5([1, 1], [0.5, 1.5])).toBe(0);
  });

  it('clips before it compares', () => {
    expect(acc7([3, -3], [7, -3.4])).toBe(1);
    expect(acc5([3, -2.6], [2, -9])).toBe(1);
    expect(acc7([3], [2])).toBe(0);
  });

  it('treats 0 by the variant', () => {
    expect(acc2NonZero([0, 1], [-1, 1])).toBe(1);
    expect(acc2HasZero([0, 1], [-1, 1])).toBe(0.5);
    expect(acc2NonZero([1, -1], [0, 0])).toBe(0.5); // a prediction of 0 isn't positive here
    expect(acc2HasZero([1, -1], [0, 0])).toBe(0.5);
    expect(acc2HasZero([1, 1], [0, 0])).toBe(1);
  });

  it('would give another F1 with truth and prediction swapped', () => {
    const truth = [1, 1, 1, -1];
    const prediction = [1, -1, -1, -1];
    // F1 of each class is 1/2; weights are alike only by accident, so take one more sample
    const wide = f1NonZero([...truth, 1], [...prediction, 1]);
    const swapped = f1NonZero([...prediction, 1], [...truth, 1]);
    expect(wide).toBeCloseTo((4 * (4 / 6) + 1 * (2 / 4)) / 5, 12);
    expect(swapped).toBeCloseTo((2 * (4 / 6) + 3 * (2 / 4)) / 5, 12);
  });

  it('takes typed arrays', () => {
    expect(mae(Float32Array.of(1, 2), Float32Array.of(2, 4))).toBe(1.5);
  });
});

describe('pearson', () => {
  it('is 0, not NaN, for a constant', () => {
    expect(pearson([1, 2, 4], [0.1, 0.1, 0.1])).toBe(0);
    expect(pearson([0.7, 0.7, 0.7], [1, 2, 4])).toBe(0);
    expect(
      pearson(
        new Float32Array(1000).fill(0.1),
        Float32Array.from({ length: 1000 }, (_, i) => i % 7),
      ),
    ).toBe(0);
    expect(pearson([5], [3])).toBe(0);
  });

  it('keeps its sign and its range at any scale', () => {
    expect(pearson([1, 2, 3], [-10, -20, -30])).toBe(-1);
    expect(pearson([1e200, 2e200, 4e200], [1e-200, 2e-200, 4e-200])).toBeCloseTo(1, 12);
    expect(pearson([1e8 + 1, 1e8 + 2, 1e8 + 4], [1, 2, 4])).toBeCloseTo(1, 12);
  });
});

describe('properties', () => {
  const scores = fc.array(
    fc.tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: -3, max: 3, noNaN: true })),
    { minLength: 2, maxLength: 20 },
  );

  it('a correlation of 1 is never passed', () => {
    fc.assert(
      fc.property(scores, (pairs) => {
        const x = pairs.map(([a]) => a);
        expect(
          Math.abs(
            pearson(
              x,
              x.map((value) => 3 * value + 1),
            ),
          ),
        ).toBeLessThanOrEqual(1);
        expect(
          Math.abs(
            pearson(
              x,
              pairs.map(([, b]) => b),
            ),
          ),
        ).toBeLessThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
  });

  it('every accuracy lies in [0, 1], is 1 for the truth itself, and does not depend on the order', () => {
    fc.assert(
      fc.property(scores, (pairs) => {
        const x = pairs.map(([a]) => a || 1);
        const y = pairs.map(([, b]) => b);
        const got = regressionMetrics(x, y);
        const turned = regressionMetrics(x.toReversed(), y.toReversed());
        const own = regressionMetrics(x, x);
        for (const key of ['acc7', 'acc5', 'acc2NonZero', 'acc2HasZero', 'f1NonZero', 'f1HasZero'] as const) {
          expect(got[key]).toBeGreaterThanOrEqual(0);
          expect(got[key]).toBeLessThanOrEqual(1 + 1e-12);
          expect(turned[key]).toBeCloseTo(got[key], 12);
          expect(own[key]).toBeCloseTo(1, 12);
        }
        expect(own.mae).toBe(0);
      }),
    );
  });
});

describe('errors', () => {
  it('name what is wrong and where', () => {
    expect(() => mae([1, 2], [1])).toThrow(
      new RangeError('Cannot compute mae as truth and prediction must have the same length: got 2 and 1.'),
    );
    expect(() => mae([], [])).toThrow('Cannot compute mae as truth must have at least one value: got none.');
    expect(() => regressionMetrics([1, 2, 3], [1, 2, Number.NaN])).toThrow(
      'prediction must be finite: got NaN at index 2',
    );
    expect(() => pearson([Number.POSITIVE_INFINITY, 1], [1, 2])).toThrow(
      'truth must be finite: got Infinity at index 0',
    );
    expect(() => acc2NonZero([0, 0], [1, 2])).toThrow('some truth must differ from 0: got 2 zeros');
  });
});
