import type * as tf from '@tensorflow/tfjs';
import type { ModelInputs } from '@trimodal/core';
import type { Batch } from '@trimodal/data';
import { type ModelConfig, presets, type TrimodalModel } from '@trimodal/models';
import { expect, test } from 'vitest';
import { transferByRate } from './transfer-by-rate';

/** Two samples and a row of padding; `seen` of the four steps of text are there. */
const batchOf = (...seen: number[]): Batch => {
  const mask = Float32Array.from({ length: 12 }, (_, i) => (i % 4 < (seen[Math.floor(i / 4)] ?? 0) ? 1 : 0));
  return {
    size: 3,
    count: 2,
    indices: Int32Array.of(0, 1),
    views: [{ features: {}, mask: { text: { data: mask, shape: [3, 4] } }, present: new Float32Array(9).fill(1) }],
    labels: Float32Array.of(4, 4, 0),
    weights: Float32Array.of(1, 1, 0),
  };
};

/** Predicts the number of steps, so that it errs by those that are missing; or the number that is missing, so that it errs by those it has. */
const modelOf = (isRight: boolean) =>
  ({
    forward: ({ mask }: ModelInputs) => {
      const steps = mask.text!.sum<tf.Tensor2D>(1, true);
      return { prediction: isRight ? steps : steps.neg().add(4) };
    },
  }) as unknown as TrimodalModel;

const task = { kind: 'regression', range: [-3, 3] } as const;
const transfer = (incomplete: Batch, model = modelOf(true), config: ModelConfig = presets.fsrf) =>
  transferByRate(model, config, task, { whole: [batchOf(4, 4, 4)], incomplete: [incomplete] });
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

test('weighs by error and by what each view has, as training does', () => {
  // both samples miss two of four steps: errors 0 and 2, mean 1, shares 1 and 0.5
  const { 'whole to incomplete': given, 'incomplete to whole': back } = transfer(batchOf(2, 2, 0))!;
  expect(given).toBeCloseTo(2 * sigmoid(2 + 0.5), 5);
  expect(back).toBeCloseTo(2 - given!, 5);
  // where the whole view errs more, the incomplete one teaches
  expect(transfer(batchOf(2, 2, 0), modelOf(false))!['whole to incomplete']).toBeCloseTo(2 * sigmoid(-2 / 3 + 0.5), 5);
});

test('equal views teach alike; padding does not count', () => {
  expect(transfer(batchOf(4, 4, 0))).toEqual({ 'whole to incomplete': 1, 'incomplete to whole': 1 });
});

test('a direction that is not taken weighs 0; a model that is not distilled has nothing', () => {
  const oneWay = { ...presets.fsrf.selfDistillation!, direction: 'b-to-a' } as NonNullable<
    ModelConfig['selfDistillation']
  >;
  const found = transfer(batchOf(2, 2, 0), modelOf(true), { ...presets.fsrf, selfDistillation: oneWay })!;
  expect(found['whole to incomplete']).toBe(0);
  expect(found['incomplete to whole']).toBeGreaterThan(0);
  expect(transfer(batchOf(2, 2, 0), modelOf(true), presets.dbr)).toBeUndefined();
});
