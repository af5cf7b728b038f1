import { describe, expect, it } from 'vitest';
import { randomFrom } from './__fixtures__/random';
import { linearCka } from './linear-cka';

const random = randomFrom(11);
const draw = (length: number) => Float32Array.from({ length }, () => random() - 0.5);
const x = draw(60 * 3);

describe('linearCka', () => {
  it('is 1 for itself, turned, scaled, moved, and symmetric', () => {
    expect(linearCka(x, x, 60)).toBeCloseTo(1, 12);
    const turned = Float64Array.from(x, (_, at) => {
      const [row, column] = [Math.floor(at / 3), at % 3];
      const [p, q] = [x[row * 3]!, x[row * 3 + 1]!];
      return [0.6 * p + 0.8 * q, -0.8 * p + 0.6 * q, x[row * 3 + 2]!][column]! * 1e-3 + column;
    });
    expect(linearCka(x, turned, 60)).toBeCloseTo(1, 9);
    const y = draw(60 * 5);
    expect(linearCka(x, y, 60)).toBeCloseTo(linearCka(y, x, 60), 12);
  });

  it('is small for independent features and between for a mixture', () => {
    const y = draw(60 * 3);
    const mixed = x.map((value, i) => value + y[i]!);
    const [none, half] = [linearCka(x, y, 60), linearCka(x, mixed, 60)];
    expect(none).toBeLessThan(0.15);
    expect(half).toBeGreaterThan(0.3);
    expect(half).toBeLessThan(0.9);
  });

  it('is 0, not NaN, for a constant', () => {
    expect(linearCka(x, new Float32Array(120).fill(0.1), 60)).toBe(0);
    expect(linearCka([1], [2], 1)).toBe(0);
  });

  it('knows great and small values', () => {
    for (const scale of [1e200, 1e-200]) {
      const scaled = Float64Array.from(x, (value) => value * scale);
      expect(linearCka(scaled, x, 60)).toBeCloseTo(1, 9);
    }
  });

  it('refuses rows that are not full', () => {
    expect(() => linearCka(x, [1, 2, 3], 60)).toThrow('y must fill 60 rows: got 3 values');
    expect(() => linearCka([1, Number.NaN], [1, 2], 2)).toThrow('x must be finite: got NaN at index 1');
    expect(() => linearCka([1], [1], 0)).toThrow('numRows must be an integer of at least 1: got 0');
  });
});
