import { expectClose, readFixture } from '@trimodal/testing';
import { expect, it } from 'vitest';
import {
  areaUnderCurve,
  classificationMetrics,
  linearCka,
  linearProbeAccuracy,
  linearProbeR2,
  mean,
  pairedPermutationTest,
  pairedTTest,
  regressionMetrics,
  ridgeRegression,
  simsMetrics,
  std,
} from './index';

const fixture = readFixture(import.meta.url, 'metrics');
const array = (name: string) => fixture[name]!.data;
const tolerance = { relative: 1e-7, absolute: 1e-9 };
const rows = (values: readonly number[], width: number, from: number, to: number) =>
  values.slice(from * width, to * width);

it('scores of MOSI and MOSEI equal the published scripts', () => {
  const truth = array('mosi.truth');
  const prediction = array('mosi.prediction');
  const s = regressionMetrics(Float32Array.from(truth), Float32Array.from(prediction));
  const got = [s.mae, s.corr, s.acc7, s.acc5, s.acc2NonZero, s.acc2HasZero, s.f1NonZero, s.f1HasZero];
  expectClose(got, array('mosi.scores'), tolerance);
  const swapped = regressionMetrics(prediction, truth);
  expect(Math.abs(swapped.f1HasZero - s.f1HasZero)).toBeGreaterThan(1e-4);
  expect(Math.abs(swapped.acc2NonZero - s.acc2NonZero)).toBeGreaterThan(1e-3);
});

it('scores of CH-SIMS equal the published script', () => {
  const truth = array('sims.truth');
  const prediction = array('sims.prediction');
  for (const [t, p] of [
    [truth, prediction],
    [Float32Array.from(truth), Float32Array.from(prediction)],
  ] as const) {
    const s = simsMetrics(t, p);
    expectClose([s.mae, s.corr, s.acc2, s.acc3, s.acc5, s.f1], array('sims.scores'), tolerance);
  }
  expect(simsMetrics(prediction, truth).f1).not.toBeCloseTo(simsMetrics(truth, prediction).f1, 4);
});

it('scores of classes equal their definitions', () => {
  const s = classificationMetrics(array('classes.truth'), array('classes.predicted'), 6);
  const got = [s.accuracy, s.f1Macro, s.f1Weighted, s.precisionMacro];
  expectClose([...got, s.precisionWeighted, s.recallMacro, s.recallWeighted], array('classes.scores'), tolerance);
  expect(s.confusion.flat()).toEqual(array('classes.confusion'));
});

it('paired tests equal numpy', () => {
  const a = array('paired.a');
  const b = array('paired.b');
  const { difference, t, pValue, degreesOfFreedom } = pairedTTest(a, b);
  expectClose([difference, t, pValue], array('paired.t'), { relative: 1e-6 });
  expect(degreesOfFreedom).toBe(5);
  const test = pairedPermutationTest(a, b, { random: () => 0.5 });
  expect(test.exact).toBe(true);
  expectClose([test.pValue], array('paired.permutation'), tolerance);
});

it('statistics equal numpy', () => {
  const a = array('paired.a');
  expectClose([mean(a), std(a), areaUnderCurve([0, 0.1, 0.3, 0.5, 0.6, 1], a)], array('statistics'), tolerance);
});

it('alignment, ridge regression and probes equal numpy', () => {
  const x = array('maps.x');
  const y = array('maps.y');
  expectClose([linearCka(x, y, 40)], array('maps.cka'), tolerance);
  for (const penalty of [0, 2.5]) {
    const model = ridgeRegression({ x, y, numRows: 40, penalty });
    const name = `ridge.${penalty.toFixed(1)}`;
    expectClose(model.weight, array(`${name}.weight`), tolerance);
    expectClose(model.bias, array(`${name}.bias`), tolerance);
  }
  const trainX = rows(x, 5, 0, 25);
  const testX = rows(x, 5, 25, 40);
  const r2 = linearProbeR2({
    train: { x: trainX, y: rows(y, 3, 0, 25), numRows: 25 },
    test: { x: testX, y: rows(y, 3, 25, 40), numRows: 15 },
  });
  expectClose([r2], array('probe.r2'), tolerance);
  const labels = array('probe.labels');
  const accuracy = linearProbeAccuracy({
    train: { x: trainX, labels: labels.slice(0, 25) },
    test: { x: testX, labels: labels.slice(25) },
    numClasses: 3,
  });
  expectClose([accuracy], array('probe.accuracy'), tolerance);
});
