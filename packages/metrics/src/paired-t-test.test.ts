import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holmCorrection, pairedTTest } from './paired-t-test';

describe('pairedTTest', () => {
  const a = [0.84, 0.86, 0.85, 0.83];
  const b = [0.82, 0.85, 0.83, 0.83];

  it('changes its sign, not its p-value, when the rows are swapped', () => {
    const right = pairedTTest(a, b);
    const swapped = pairedTTest(b, a);
    expect(swapped.t).toBeCloseTo(-right.t, 12);
    expect(swapped.pValue).toBe(right.pValue);
    expect(swapped.lower).toBeCloseTo(-right.upper, 12);
  });

  it('has an interval that touches 0 just at its p-value', () => {
    const { pValue } = pairedTTest(a, b);
    const { lower, upper } = pairedTTest(a, b, { confidence: 1 - pValue });
    expect(lower).toBeCloseTo(0, 9);
    expect(upper).toBeGreaterThan(0.01);
  });

  it('is certain of equal differences, whichever they are', () => {
    expect(pairedTTest([1, 2, 3], [1, 2, 3])).toMatchObject({ t: 0, pValue: 1, difference: 0 });
    expect(pairedTTest([2, 3, 4], [1, 2, 3])).toMatchObject({ pValue: 0, difference: 1, lower: 1, upper: 1 });
  });

  it('refuses a single pair', () => {
    expect(() => pairedTTest([1], [2])).toThrow('at least two pairs: got 1');
    expect(() => pairedTTest([1, 2], [2, Number.NaN])).toThrow('b must be finite: got NaN at index 1');
    expect(() => pairedTTest(a, b, { confidence: 95 })).toThrow('confidence must lie between 0 and 1: got 95');
  });
});

describe('holmCorrection', () => {
  it('follows the definition, in the order given', () => {
    expect(holmCorrection([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06]);
    expect(holmCorrection([0.9, 0.6])).toEqual([1, 1]);
  });

  it('never lowers a p-value, never beats Bonferroni, and keeps the order', () => {
    const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(pValues, (ps) => {
        const corrected = holmCorrection(ps);
        for (const [i, p] of ps.entries()) {
          expect(corrected[i]).toBeGreaterThanOrEqual(p);
          expect(corrected[i]).toBeLessThanOrEqual(Math.min(1, ps.length * p));
          for (const [j, other] of ps.entries())
            if (other <= p) expect(corrected[j]).toBeLessThanOrEqual(corrected[i]!);
        }
      }),
    );
  });

  it('refuses what is no probability', () => {
    expect(() => holmCorrection([0.5, 1.5])).toThrow('must lie in [0, 1]: got 1.5 at index 1');
  });
});
