import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomFrom } from './__fixtures__/random';
import { acc2HasZero, mae } from './regression';
import { pairedBootstrap, pairedPermutationTest } from './resampling';

const random = randomFrom(3);
const truth = Array.from({ length: 120 }, () => 4 * random() - 2);
const good = truth.map((value) => value + 0.6 * (random() - 0.5));
const bad = truth.map((value) => value + 1.6 * (random() - 0.5));
const scoring = { truth, metric: mae };

describe('pairedPermutationTest', () => {
  it('tries every swap where there are few: n equal signs have p = 2 / 2^n', () => {
    const test = pairedPermutationTest([2, 3, 4, 6, 9], [1, 1, 1, 1, 1], { random: () => Number.NaN });
    expect(test).toEqual({ difference: 3.8, pValue: 2 / 32, exact: true });
    expect(pairedPermutationTest([1, 2], [1, 2], { random }).pValue).toBe(1);
  });

  it('counts ties as ties, whatever rounding does to them', () => {
    const rows = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(rows, (pairs) => {
        const p = (scale: number) =>
          pairedPermutationTest(
            pairs.map(([a]) => a * scale),
            pairs.map(([, b]) => b * scale),
            { random },
          ).pValue;
        expect(p(0.1)).toBe(p(1)); // integers are exact
      }),
    );
  });

  it('draws swaps where there are many, and agrees with the exact answer', () => {
    const a = [0.3, -0.1, 0.4, 0.2, -0.2, 0.5, 0.1, 0.05];
    const b = a.map(() => 0);
    const exact = pairedPermutationTest(a, b, { random: () => Number.NaN });
    const drawn = pairedPermutationTest(
      [...a, ...b],
      [...b, ...b], // pairs without a difference change nothing but the number of swaps
      { random: randomFrom(5), numPermutations: 20_000 },
    );
    expect(exact.exact).toBe(true);
    expect(drawn.exact).toBe(false);
    expect(drawn.pValue).toBeCloseTo(exact.pValue, 1.9);
  });

  it('takes any metric of predictions, and one stream gives one answer', () => {
    const options = { scoring, numPermutations: 500 };
    const test = pairedPermutationTest(good, bad, { ...options, random: randomFrom(1) });
    expect(test.difference).toBeCloseTo(mae(truth, good) - mae(truth, bad), 12);
    expect(test.pValue).toBe(1 / 501);
    expect(pairedPermutationTest(good, bad, { ...options, random: randomFrom(1) })).toEqual(test);
  });

  it('finds nothing where there is nothing', () => {
    const low = Array.from({ length: 40 }, (_, seed) => {
      const noise = randomFrom(seed + 100);
      const scores = () => Array.from({ length: 12 }, noise);
      return pairedPermutationTest(scores(), scores(), { random: noise, numPermutations: 300 }).pValue;
    }).filter((p) => p < 0.1);
    expect(low.length).toBeLessThan(11); // 4 expected
  });

  it('refuses a truth of another length', () => {
    expect(() => pairedPermutationTest([1, 2], [1, 2], { random, scoring: { truth: [1], metric: mae } })).toThrow(
      'truth and a must have the same length: got 1 and 2',
    );
    expect(() => pairedPermutationTest([1], [1], { random, numPermutations: 0 })).toThrow('numPermutations');
  });
});

describe('pairedBootstrap', () => {
  it('has an interval around the difference, the wider the more confident', () => {
    const options = { scoring, numResamples: 1000 };
    const test = pairedBootstrap(good, bad, { ...options, random: randomFrom(1) });
    expect(test.difference).toBeCloseTo(mae(truth, good) - mae(truth, bad), 12);
    expect(test.lower).toBeLessThan(test.difference);
    expect(test.upper).toBeGreaterThan(test.difference);
    expect(test.upper).toBeLessThan(0);
    expect(test.pValue).toBe(2 / 1001);
    const wider = pairedBootstrap(good, bad, { ...options, random: randomFrom(1), confidence: 0.99 });
    expect(wider.lower).toBeLessThan(test.lower);
    expect(wider.upper).toBeGreaterThan(test.upper);
    expect(pairedBootstrap(good, bad, { ...options, random: randomFrom(1) })).toEqual(test);
  });

  it('is as wide as theory says for a mean', () => {
    const differences = good.map((value, i) => value - truth[i]!);
    const zeros = differences.map(() => 0);
    const { lower, upper } = pairedBootstrap(differences, zeros, { random: randomFrom(2), numResamples: 4000 });
    const spread = Math.sqrt(differences.reduce((sum, d) => sum + d * d, 0) / differences.length ** 2);
    expect(upper - lower).toBeCloseTo(2 * 1.96 * spread, 2);
    expect((upper - lower) / (2 * 1.96 * spread)).toBeCloseTo(1, 1);
  });

  it('takes percentiles between neighbours', () => {
    const draws = [0, 0, 0, 0.5, 0.5, 0.5]; // means 0, 5, 10
    const random = () => draws.shift()!;
    const test = pairedBootstrap([0, 10], [0, 0], { random, numResamples: 3, confidence: 0.5 });
    expect([test.lower, test.upper]).toEqual([2.5, 7.5]);
  });

  it('draws the same samples for both and for the truth', () => {
    const test = pairedBootstrap(good, good, { random: randomFrom(4), numResamples: 50, scoring });
    expect(test).toEqual({ difference: 0, lower: 0, upper: 0, pValue: 1 });
    const perfect = pairedBootstrap(
      truth,
      truth.map((value) => -value),
      {
        random: randomFrom(4),
        numResamples: 50,
        scoring: { truth, metric: acc2HasZero },
      },
    );
    expect([perfect.lower, perfect.upper]).toEqual([1, 1]);
  });
});
