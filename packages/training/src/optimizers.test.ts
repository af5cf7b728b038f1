import * as tf from '@tensorflow/tfjs';
import { Rng } from '@trimodal/core';
import { expectClose, fixtureTensor, readFixture } from '@trimodal/testing';
import { describe, expect, it } from 'vitest';
import { linearBatches } from './__fixtures__/linear-learner';
import { type Clipping, clipByGlobalNorm, clipByValue } from './clipping';
import { createEagerStep } from './eager-step';
import { adam, adamW, type Optimizer, sgd } from './optimizers';

const fixture = readFixture(import.meta.url, 'optimizers');
const rates = fixture['rates']!.data;
const absentSteps = fixture['absentSteps']!.data;

/** Takes the fixture's ten steps with a loss whose gradient is the fixture's: `sum p g`. */
async function trace(optimizer: Optimizer, clip?: Clipping, absent: readonly number[] = []): Promise<number[]> {
  const parameters = new Map(['weight', 'bias'].map((name) => [name, tf.variable(fixtureTensor(fixture, name))]));
  let step = 0;
  const engine = createEagerStep({
    learner: {
      parameters,
      loss() {
        const products = [...parameters]
          .filter(([name]) => !(name === 'bias' && absent.includes(step)))
          .map(([name, parameter]) =>
            fixtureTensor(fixture, `${name}Gradients`).gather(step).mul(parameter).sum<tf.Scalar>(),
          );
        return { loss: tf.addN(products), terms: {} };
      },
      predict: () => tf.zeros([1, 1]),
    },
    optimizer,
    ...(clip && { clip }),
  });
  const values: number[] = [];
  for (const batch = linearBatches(1, 1, 1)[0]!; step < rates.length; step++) {
    await engine.step(batch, { learningRate: rates[step]!, rng: new Rng(1), apply: true });
    for (const parameter of parameters.values()) values.push(...parameter.dataSync());
  }
  engine.dispose();
  tf.dispose([...parameters.values()]);
  return values;
}

describe('optimisers equal those of torch over ten steps', () => {
  it.each<[string, Optimizer, Clipping | undefined, (readonly number[])?]>([
    ['adamW', adamW({ weightDecay: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-6 }), undefined],
    ['adamWDefaults', adamW(), undefined],
    ['adam', adam({ weightDecay: 0.05 }), undefined],
    ['sgd', sgd({ weightDecay: 0.05 }), undefined],
    ['momentum', sgd({ momentum: 0.9 }), undefined],
    ['clippedNorm', adamW(), clipByGlobalNorm(1.5)],
    ['clippedValue', adamW(), clipByValue(0.3)],
    ['absent', adamW({ weightDecay: 0.05 }), undefined, absentSteps],
  ])('%s', async (name, optimizer, clip, absent) => {
    expectClose(await trace(optimizer, clip, absent), fixture[name]!.data, { relative: 1e-6 });
  });
});

describe('options', () => {
  it('are checked', () => {
    expect(() => adamW({ beta1: 1 })).toThrow('beta1 must lie in [0, 1): got 1');
    expect(() => adam({ epsilon: 0 })).toThrow('epsilon must be positive: got 0');
    expect(() => sgd({ weightDecay: -1 })).toThrow('weightDecay must be a finite number from 0: got -1');
    expect(() => clipByGlobalNorm(0)).toThrow('maxNorm must be positive: got 0');
    expect(() => clipByValue(Number.NaN)).toThrow('limit must be positive: got NaN');
  });
});
