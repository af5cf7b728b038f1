import type * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Rng, type RngState } from './rng';

const take = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);
const mean = (xs: ArrayLike<number>): number => Array.from(xs).reduce((sum, x) => sum + x, 0) / xs.length;

/** Chi-squared of counts against equal shares; its mean is the number of bins - 1, its variance twice that. */
function chiSquared(counts: ArrayLike<number>): number {
  const expected = mean(counts);
  return Array.from(counts).reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const [ma, mb] = [mean(a), mean(b)];
  const covariance = (xs: readonly number[], mx: number, ys: readonly number[], my: number) =>
    mean(xs.map((x, i) => (x - mx) * (ys[i]! - my)));
  return covariance(a, ma, b, mb) / Math.sqrt(covariance(a, ma, a, ma) * covariance(b, mb, b, mb));
}

/** Some of everything that a stream gives. */
function sample(rng: Rng): unknown {
  return {
    words: take(3, () => rng.nextUint32()),
    uniform: rng.uniform(),
    normal: rng.normal().toFixed(12),
    int: rng.int(1000),
    permutation: Array.from(rng.permutation(6)).join(''),
    mask: Array.from(rng.keepMask([2, 4], 0.5).dataSync()).join(''),
    state: rng.state(),
  };
}

describe('golden values: no stream changes silently', () => {
  test('of a seed', () =>
    expect(sample(new Rng(1111))).toMatchInlineSnapshot(`
    {
      "int": 415,
      "mask": "01001000",
      "normal": "-0.202001654442",
      "permutation": "014352",
      "state": {
        "counter": 19,
        "key": [
          1838397347,
          1294254554,
        ],
      },
      "uniform": 0.3420206209308039,
      "words": [
        4024854833,
        2949823744,
        1185346451,
      ],
    }
  `));
  test('of a negative seed', () =>
    expect(sample(new Rng(-1))).toMatchInlineSnapshot(`
    {
      "int": 610,
      "mask": "11111000",
      "normal": "0.002998166515",
      "permutation": "214053",
      "state": {
        "counter": 19,
        "key": [
          996586154,
          -969558799,
        ],
      },
      "uniform": 0.6773855810914109,
      "words": [
        2992824030,
        1379422501,
        2648602011,
      ],
    }
  `));
  test('of a fork', () =>
    expect(sample(new Rng(2 ** 40 + 3).fork('encoders').fork('text'))).toMatchInlineSnapshot(`
    {
      "int": 804,
      "mask": "11011101",
      "normal": "0.001818691999",
      "permutation": "103524",
      "state": {
        "counter": 19,
        "key": [
          190915137,
          -767485391,
        ],
      },
      "uniform": 0.7546873905616929,
      "words": [
        2900799759,
        3778904910,
        2351051715,
      ],
    }
  `));
});

describe('uniformity', () => {
  const rng = new Rng(5);

  test('every bit of a word is 1 half of the time', () => {
    const ones = new Array<number>(32).fill(0);
    const draws = 20_000;
    for (let i = 0; i < draws; i++) {
      const word = rng.nextUint32();
      for (let bit = 0; bit < 32; bit++) ones[bit]! += (word >>> bit) & 1;
    }
    // 5 standard deviations of a binomial share
    for (const count of ones) expect(Math.abs(count / draws - 0.5)).toBeLessThan((5 * 0.5) / Math.sqrt(draws));
  });

  test('uniform() fills [0, 1) evenly, and pairs of draws fill the square', () => {
    const line = new Float64Array(100);
    const square = new Float64Array(100);
    for (let i = 0; i < 50_000; i++) {
      const [x, y] = [rng.uniform(), rng.uniform()];
      line[Math.floor(x * 100)]!++;
      square[Math.floor(x * 10) * 10 + Math.floor(y * 10)]!++;
    }
    // 99 degrees of freedom: mean 99, standard deviation 14
    for (const counts of [line, square]) expect(Math.abs(chiSquared(counts) - 99)).toBeLessThan(5 * 14.07);
  });

  test('int(bound) is even and stays below its bound', () => {
    const counts = new Float64Array(7);
    for (let i = 0; i < 70_000; i++) counts[rng.int(7)]!++;
    expect(chiSquared(counts)).toBeLessThan(6 + 5 * 3.46);
  });

  test('normal() has the moments of N(0, 1)', () => {
    const draws = take(50_000, () => rng.normal());
    expect(Math.abs(mean(draws))).toBeLessThan(5 / Math.sqrt(50_000));
    expect(Math.abs(mean(draws.map((x) => x ** 2)) - 1)).toBeLessThan(5 * Math.sqrt(2 / 50_000));
    expect(Math.abs(mean(draws.map((x) => x ** 3)))).toBeLessThan(5 * Math.sqrt(15 / 50_000));
    expect(Math.abs(mean(draws.map((x) => x ** 4)) - 3)).toBeLessThan(5 * Math.sqrt(96 / 50_000));
  });

  test('permutation() orders all numbers, each order as often as any', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 12_000; i++) {
      const order = Array.from(rng.permutation(4));
      expect([...order].sort()).toEqual([0, 1, 2, 3]);
      counts.set(order.join(''), (counts.get(order.join('')) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(chiSquared([...counts.values()])).toBeLessThan(23 + 5 * 6.8);
  });
});

describe('streams of their own', () => {
  test('a fork depends on seed and name alone, not on what was drawn, and draws nothing', () => {
    const fresh = new Rng(3);
    const used = new Rng(3);
    take(10, () => used.uniform());
    const before = used.state();
    expect(take(5, () => used.fork('gate').uniform())).toEqual(take(5, () => fresh.fork('gate').uniform()));
    expect(used.state()).toEqual(before);
  });

  test('names, paths, seeds: no two give one key', () => {
    const keys = new Set<string>();
    const add = (rng: Rng) => keys.add(rng.state().key.join());
    for (let i = 0; i < 5000; i++) {
      add(new Rng(i));
      add(new Rng(-1 - i));
      add(new Rng(7).fork(`layer${i}`));
      add(new Rng(7).fork('layer').fork(`${i}`));
    }
    for (const name of ['', 'a', 'b', 'ab', 'ba', 'aa']) add(new Rng(7).fork(name));
    add(new Rng(7).fork('a').fork('b'));
    expect(keys.size).toBe(4 * 5000 + 7);
  });

  test.each([
    ['seeds that follow one another', new Rng(1111), new Rng(1112)],
    ['a parent and its fork', new Rng(1), new Rng(1).fork('a')],
    ['siblings', new Rng(1).fork('text'), new Rng(1).fork('texu')],
    ['one name, two seeds', new Rng(1).fork('weight'), new Rng(2).fork('weight')],
  ])('%s are not correlated', (_, a, b) => {
    const [xs, ys] = [take(20_000, () => a.uniform()), take(20_000, () => b.uniform())];
    expect(Math.abs(correlation(xs, ys))).toBeLessThan(5 / Math.sqrt(20_000));
    expect(Math.abs(correlation(xs.slice(1), ys.slice(0, -1)))).toBeLessThan(5 / Math.sqrt(20_000));
  });
});

describe('state', () => {
  test('goes through JSON and on bit for bit', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.string(), fc.nat(50), (seed, name, drawn) => {
        const rng = new Rng(seed).fork(name);
        take(drawn, () => rng.nextUint32());
        const copy = new Rng(JSON.parse(JSON.stringify(rng.state())) as RngState);
        expect(sample(copy)).toEqual(sample(rng));
      }),
      { numRuns: 50 },
    );
  });

  test('a stream does not begin again after 2^32 words', () => {
    const { key } = new Rng(1).state();
    const words = (counter: number) => {
      const rng = new Rng({ key, counter });
      return take(4, () => rng.nextUint32());
    };
    expect(words(2 ** 32)).not.toEqual(words(0));
    expect(words(2 ** 32 - 2).slice(2)).toEqual(words(2 ** 32).slice(0, 2));
  });
});

describe('keep-masks', () => {
  test.each([0.05, 0.1, 0.5, 0.9])('drop a share of %d', (rate) => {
    const mask = new Float32Array(40_001); // odd: the last word gives one element
    new Rng(9).fillKeepMask(mask, rate);
    expect(mask.every((x) => x === 0 || x === 1)).toBe(true);
    expect(Math.abs(1 - mean(mask) - rate)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / mask.length));
    const even = Array.from(mask).filter((_, i) => i % 2 === 0 && i < 40_000);
    const odd = Array.from(mask).filter((_, i) => i % 2 === 1);
    expect(Math.abs(correlation(even, odd))).toBeLessThan(5 / Math.sqrt(20_000));
  });

  test('rate 0 keeps all, rate 1 nothing', () => {
    const rng = new Rng(9);
    expect(Array.from(rng.keepMask([3, 3], 0).dataSync())).toEqual(Array(9).fill(1));
    expect(Array.from(rng.keepMask([3, 3], 1).dataSync())).toEqual(Array(9).fill(0));
  });

  test('bytes and floats get the same mask', () => {
    const bytes = new Uint8Array(101);
    const floats = new Float32Array(101);
    new Rng(4).fillKeepMask(bytes, 0.3);
    new Rng(4).fillKeepMask(floats, 0.3);
    expect(Array.from(bytes)).toEqual(Array.from(floats));
  });

  test('have the shape asked for', () => {
    const mask: tf.Tensor = new Rng(4).keepMask([2, 3, 4], 0.5);
    expect(mask.shape).toEqual([2, 3, 4]);
    expect(mask.dtype).toBe('float32');
    expect(new Rng(4).keepMask([], 0).shape).toEqual([]);
  });
});

test('values out of range are refused', () => {
  expect(() => new Rng(0.5)).toThrow('Cannot create an Rng as the seed must be a safe integer: got 0.5.');
  expect(() => new Rng(Number.NaN)).toThrow(RangeError);
  expect(() => new Rng(1).int(0)).toThrow('got 0');
  expect(() => new Rng(1).int(2 ** 32 + 1)).toThrow(RangeError);
  expect(() => new Rng(1).int(1.5)).toThrow(RangeError);
  expect(() => new Rng(1).keepMask([2], 1.5)).toThrow('the rate must lie in [0, 1]: got 1.5');
  expect(() => new Rng(1).keepMask([2], Number.NaN)).toThrow(RangeError);
  expect(new Rng(1).int(1)).toBe(0);
});
