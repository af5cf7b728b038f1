import { Rng } from '@trimodal/core';
import { expect, test } from 'vitest';
import { linearProbe, type Matrix } from './linear-probe';

const rng = new Rng(8);
const matrix = (rows: number, columns: number): Matrix => ({
  data: Float32Array.from({ length: rows * columns }, () => rng.normal()),
  shape: [rows, columns],
});
/** Two targets: a linear map of the inputs with an intercept, and half of the variance noise. */
function problem(rows: number) {
  const inputs = matrix(rows, 3);
  const targets: Matrix = {
    data: Float32Array.from({ length: rows * 2 }, (_, i) => {
      const [a, b, c] = inputs.data.subarray(Math.floor(i / 2) * 3, Math.floor(i / 2) * 3 + 3);
      return i % 2 === 0 ? 4 + a! - 2 * b! : c! + rng.normal();
    }),
    shape: [rows, 2],
  };
  return { inputs, targets };
}

test('finds what is linear and no more', () => {
  const { r2, predictions } = linearProbe(problem(600), problem(400), { ridge: 1e-6 });
  expect(r2[0]).toBeGreaterThan(0.99999);
  expect(r2[1]).toBeCloseTo(0.5, 1);
  expect(predictions.shape).toEqual([400, 2]);
});

test('is the ridge solution in closed form for one input', () => {
  const train = { inputs: matrix(50, 1), targets: matrix(50, 1) };
  const { predictions } = linearProbe(train, train, { ridge: 0.7 });
  const [x, y] = [[...train.inputs.data], [...train.targets.data]];
  const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
  const covariance = mean(x.map((value, i) => (value - mean(x)) * (y[i]! - mean(y))));
  const std = Math.sqrt(mean(x.map((value) => (value - mean(x)) ** 2)));
  const slope = covariance / std / (1 + 0.7);
  for (const [i, value] of x.entries()) {
    expect(predictions.data[i]).toBeCloseTo(mean(y) + (slope * (value - mean(x))) / std, 5);
  }
});

test('random inputs tell nothing, constant ones do no harm', () => {
  const inputs = matrix(300, 4);
  for (let i = 0; i < inputs.data.length; i += 4) inputs.data[i] = 0.1;
  const { r2 } = linearProbe({ inputs, targets: matrix(300, 1) }, { inputs, targets: matrix(300, 1) });
  expect(r2[0]).toBeLessThan(0.05);
  expect(r2[0]).toBeGreaterThan(-0.2);
});

test('says what is wrong', () => {
  const train = { inputs: matrix(5, 2), targets: matrix(5, 1) };
  expect(() => linearProbe(train, { inputs: matrix(4, 3), targets: matrix(4, 1) })).toThrow(
    /inputs must be \[n, 2\].*got \[4, 3\]/,
  );
  expect(() => linearProbe(train, { inputs: matrix(4, 2), targets: matrix(5, 1) })).toThrow(RangeError);
  expect(() => linearProbe(train, train, { ridge: 0 })).toThrow(/above 0: got 0/);
});
