import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { r2Score, ridgeRegression } from './ridge-regression';

const value = fc.double({ min: -5, max: 5, noNaN: true });

describe('ridgeRegression', () => {
  it('finds an exact line, and predicts rows', () => {
    const model = ridgeRegression({ x: [0, 0, 1, 0, 0, 1, 2, 3], y: [1, 3, 4, 12], numRows: 4, penalty: 0 });
    // y = 1 + 2 a + 3 b has 14 at the last row, so the fit is not exact there; check the normal equations instead
    const residuals = [...model.predict([0, 0, 1, 0, 0, 1, 2, 3])].map((p, i) => [1, 3, 4, 12][i]! - p);
    expect(residuals.reduce((a, b) => a + b)).toBeCloseTo(0, 10);
    const line = ridgeRegression({ x: [0, 1, 2], y: [1, 0, 3, -1, 5, -2], numRows: 3, penalty: 0 });
    expect([...line.predict([3, 10])].map((p) => Math.round(p * 1e9) / 1e9)).toEqual([7, -3, 21, -10]);
  });

  it('fulfils its normal equations: X^T (y - prediction) = penalty W, whatever the data', () => {
    const data = fc.tuple(
      fc.array(value, { minLength: 12, maxLength: 12 }),
      fc.array(value, { minLength: 6, maxLength: 6 }),
      fc.double({ min: 0.01, max: 10, noNaN: true }),
    );
    fc.assert(
      fc.property(data, ([x, y, penalty]) => {
        const { weight, predict } = ridgeRegression({ x, y, numRows: 6, penalty });
        const prediction = predict(x);
        for (let column = 0; column < 2; column++) {
          let product = 0;
          for (let row = 0; row < 6; row++) product += x[row * 2 + column]! * (y[row]! - prediction[row]!);
          expect(product).toBeCloseTo(penalty * weight[column]!, 6);
        }
      }),
    );
  });

  it('shrinks towards the mean, and copes with more columns than rows', () => {
    const x = [1, 2, 3, 4, 6, 5];
    const strong = ridgeRegression({ x, y: [1, 2], numRows: 2, penalty: 1e9 });
    expect(strong.predict(x)[0]).toBeCloseTo(1.5, 6);
    const weak = ridgeRegression({ x, y: [1, 2], numRows: 2, penalty: 1e-6 });
    expect(weak.predict(x)[1]).toBeCloseTo(2, 5);
  });

  it('says so where there is no single answer', () => {
    expect(() => ridgeRegression({ x: [1, 2, 2, 4, 3, 6], y: [1, 2, 3], numRows: 3, penalty: 0 })).toThrow(
      new RangeError(
        "Cannot fit ridgeRegression as its columns must be independent: column 1 isn't; give a greater penalty.",
      ),
    );
    expect(() => ridgeRegression({ x: [1, 1], y: [1, 2], numRows: 2, penalty: 0 })).toThrow('column 0');
    expect(() => ridgeRegression({ x: [1, 2], y: [1, 2], numRows: 2, penalty: -1 })).toThrow('penalty');
    expect(() => ridgeRegression({ x: [1, 2], y: [1, 2, 3], numRows: 2, penalty: 1 })).toThrow('y must fill 2 rows');
    const { predict } = ridgeRegression({ x: [1, 2, 3, 5], y: [1, 2], numRows: 2, penalty: 1 });
    expect(() => predict([1, 2, 3])).toThrow('x must fill rows of 2: got 3 values');
  });
});

describe('r2Score', () => {
  it('is 1 for the truth, 0 for its mean, negative for worse', () => {
    expect(r2Score([1, 2, 3], [1, 2, 3])).toBe(1);
    expect(r2Score([1, 2, 3], [2, 2, 2])).toBe(0);
    expect(r2Score([1, 2, 3], [3, 2, 1])).toBe(-3);
  });

  it('is a mean over outputs', () => {
    expect(r2Score([1, 5, 2, 6, 3, 7], [1, 6, 2, 6, 3, 6], 2)).toBe(0.5);
  });

  it('of a constant truth is 1 if met, else 0', () => {
    expect(r2Score([0.1, 0.1, 0.1], [0.1, 0.1, 0.1])).toBe(1);
    expect(r2Score([0.1, 0.1, 0.1], [0.1, 0.2, 0.1])).toBe(0);
  });

  it('takes the truth first', () => {
    expect(r2Score([1, 2, 3], [1, 2, 2])).toBe(0.5);
    expect(r2Score([1, 2, 2], [1, 2, 3])).toBeCloseTo(-0.5, 12);
    expect(() => r2Score([1, 2, 3], [1, 2, 3], 2)).toThrow(RangeError);
  });
});
