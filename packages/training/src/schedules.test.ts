import { expectClose, readFixture } from '@trimodal/testing';
import { describe, expect, it } from 'vitest';
import { constant, type ReduceOnPlateauOptions, reduceOnPlateau, type ScheduleState, warmupCosine } from './schedules';

const fixture = readFixture(import.meta.url, 'schedules');

describe('reduceOnPlateau', () => {
  it.each<[string, Omit<ReduceOnPlateauOptions, 'learningRate'>]>([
    ['defaults', {}],
    ['impatient', { factor: 0.5, patience: 2, cooldown: 3, minimum: 0.001 }],
    ['absolute', { factor: 0.3, patience: 0, threshold: 0.05, thresholdMode: 'absolute' }],
    ['rising', { mode: 'max', factor: 0.7, patience: 3, threshold: 0.01 }],
    ['tiny', { factor: 0.01, patience: 1 }],
  ])('equals that of torch over 40 epochs: %s', (name, options) => {
    const schedule = reduceOnPlateau({ learningRate: 0.1, ...options });
    const rates: number[] = [];
    let state = schedule.init();
    for (const value of fixture['metrics']!.data) {
      state = schedule.afterEpoch(state, options.mode === 'max' ? 3 - value : value);
      state = JSON.parse(JSON.stringify(state)) as ScheduleState; // a checkpoint between any two epochs
      rates.push(schedule.learningRate(state, 1));
    }
    const wanted = fixture[name]!.data;
    for (const [i, rate] of rates.entries()) expectClose([rate], [wanted[i]!], { relative: 1e-8, absolute: 0 });
  });

  it('takes NaN for a bad epoch', () => {
    const schedule = reduceOnPlateau({ learningRate: 1, patience: 0 });
    const state = [Number.NaN, 1, Number.NaN].reduce(schedule.afterEpoch, schedule.init());
    expect(schedule.learningRate(state, 1)).toBeCloseTo(0.01, 12);
    expect(state['best']).toBe(1);
  });
});

describe('warmupCosine', () => {
  const schedule = warmupCosine({ learningRate: 2, warmupSteps: 4, totalSteps: 12, minimum: 0.5 });
  const at = (step: number) => schedule.learningRate(schedule.init(), step);

  it('rises in a line, falls by half a cosine and stays', () => {
    expect([1, 2, 3, 4].map(at)).toEqual([0.5, 1, 1.5, 2]);
    expect(at(8)).toBeCloseTo(1.25, 12);
    expect(at(6)).toBeCloseTo(0.5 + (1.5 * (1 + Math.SQRT1_2)) / 2, 12);
    expect(at(12)).toBeCloseTo(0.5, 12);
    expect(at(99)).toBeCloseTo(0.5, 12);
  });

  it('needs no warm-up', () => {
    const plain = warmupCosine({ learningRate: 2, totalSteps: 2 });
    expect(plain.learningRate({}, 1)).toBeCloseTo(1, 12);
  });
});

it('constant is', () => {
  const schedule = constant(0.3);
  expect(schedule.learningRate(schedule.afterEpoch(schedule.init(), 5), 7)).toBe(0.3);
});

it('options are checked', () => {
  expect(() => constant(0)).toThrow('learningRate must be positive: got 0');
  expect(() => warmupCosine({ learningRate: 1, totalSteps: 4, warmupSteps: 4 })).toThrow('totalSteps=4: got 4');
  expect(() => warmupCosine({ learningRate: 1, totalSteps: 0 })).toThrow(
    'totalSteps must be a positive integer: got 0',
  );
  expect(() => reduceOnPlateau({ learningRate: 1, factor: 1 })).toThrow('factor must lie between 0 and 1: got 1');
});
