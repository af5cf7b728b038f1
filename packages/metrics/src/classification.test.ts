import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { argmaxRows, classificationMetrics } from './classification';

describe('classificationMetrics', () => {
  it('counts true classes in rows', () => {
    expect(classificationMetrics([0, 0, 1], [0, 1, 1], 2).confusion).toEqual([
      [1, 1],
      [0, 1],
    ]);
  });

  it('leaves classes that occur nowhere out of the macro means', () => {
    const few = classificationMetrics([0, 0, 1], [0, 1, 1], 2);
    const many = classificationMetrics([0, 0, 1], [0, 1, 1], 9);
    expect({ ...many, confusion: null }).toEqual({ ...few, confusion: null });
    // but a class that is predicted wrongly counts, with F1 0
    expect(classificationMetrics([0, 0], [0, 2], 3).f1Macro).toBeCloseTo((2 / 3 + 0) / 2, 12);
  });

  it('swaps precision and recall, and changes weighted F1, when truth and prediction are swapped', () => {
    const truth = [0, 0, 0, 1, 2];
    const predicted = [0, 2, 2, 1, 2];
    const right = classificationMetrics(truth, predicted, 3);
    const swapped = classificationMetrics(predicted, truth, 3);
    expect(right.precisionMacro).toBeCloseTo((1 + 1 + 1 / 3) / 3, 12);
    expect(right.recallMacro).toBeCloseTo((1 / 3 + 1 + 1) / 3, 12);
    expect(right.precisionWeighted).toBeCloseTo((3 * 1 + 1 + 1 / 3) / 5, 12);
    expect(swapped.precisionWeighted).toBeCloseTo((1 * (1 / 3) + 1 + 3 * 1) / 5, 12);
    // F1 of 0 and 1 is 2/3 and 1/2 either way; their numbers in the truth aren't
    expect(classificationMetrics([0, 0, 0, 0, 1], [0, 0, 1, 1, 1], 2).f1Weighted).toBeCloseTo(
      (4 * (2 / 3) + 0.5) / 5,
      12,
    );
    expect(classificationMetrics([0, 0, 1, 1, 1], [0, 0, 0, 0, 1], 2).f1Weighted).toBeCloseTo(
      (2 * (2 / 3) + 1.5) / 5,
      12,
    );
  });

  it('has weighted recall equal accuracy, and every score in [0, 1]', () => {
    const samples = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(samples, (pairs) => {
        const { confusion, ...scores } = classificationMetrics(
          pairs.map(([t]) => t),
          pairs.map(([, p]) => p),
          4,
        );
        expect(scores.recallWeighted).toBeCloseTo(scores.accuracy, 12);
        for (const score of Object.values(scores)) {
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(1 + 1e-12);
        }
        expect(confusion.flat().reduce((a, b) => a + b)).toBe(pairs.length);
      }),
    );
  });

  it('names the index of a value that is no class', () => {
    expect(() => classificationMetrics([0, 1], [0, 2], 2)).toThrow(
      new RangeError(
        'Cannot compute classificationMetrics as predicted must hold classes from 0 to 1: got 2 at index 1.',
      ),
    );
    expect(() => classificationMetrics([0.5], [0], 2)).toThrow('truth must hold classes from 0 to 1: got 0.5');
    expect(() => classificationMetrics([0], [0], 0)).toThrow('numClasses must be an integer of at least 1: got 0');
  });
});

describe('argmaxRows', () => {
  it('takes the first of the greatest in each row', () => {
    expect([...argmaxRows([1, 5, 2, -1, -3, -1], 3)]).toEqual([1, 0]);
    expect([...argmaxRows([Number.NEGATIVE_INFINITY, -1e9], 2)]).toEqual([1]);
  });

  it('refuses NaN and rows that are not full', () => {
    expect(() => argmaxRows([1, 2, 3, Number.NaN], 2)).toThrow('got NaN in row 1, column 1');
    expect(() => argmaxRows([1, 2, 3], 2)).toThrow('fill rows of 2: got 3 values');
  });
});
