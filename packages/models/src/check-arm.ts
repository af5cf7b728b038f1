import * as tf from '@tensorflow/tfjs';
import { disposeModule, INFERENCE, parameters, Rng } from '@trimodal/core';
import { buildModel, type DataShape } from './build-model';
import { buildObjective, type Objective, type ObjectiveBatch } from './build-objective';
import { type ConfigEdit, editConfig } from './edit-config';
import type { ModelConfig } from './model-config';
import { syntheticBatch } from './synthetic-batch';
import { outDimOf, type Task } from './task-loss';
import type { TrimodalModel } from './trimodal-model';

/** What an edit does to the parameters of a model; all are paths. */
export type ArmCheck = {
  /** Those that the whole model alone has, and those that the arm alone has. */
  readonly removed: readonly string[];
  readonly added: readonly string[];
  /** Those of the arm that its objective gives no gradient, though the whole model's does: training-only parts whose term is off. */
  readonly orphaned: readonly string[];
  /** Those that get no gradient in the whole model either. */
  readonly idle: readonly string[];
  /** Of these two, those that the prediction depends on: they stay as random as they began, so the arm is not what its name says. */
  readonly stuck: readonly string[];
  /** Whether the arm has other parameters, another loss or another prediction. */
  readonly differs: boolean;
};

export type ArmCheckOptions = { readonly data?: Omit<DataShape, 'outDim'>; readonly task?: Task };

const DATA = { dims: { text: 7, audio: 5, vision: 6 }, times: { text: 4, audio: 3, vision: 5 } };

/**
 * Takes a training step of a model and of an edit of it, on random samples, and tells which parameters the edit removes, adds and orphans.
 *
 * @param options.data The sizes of the samples, small by default; @param options.task a regression by default.
 * @throws RangeError if the edit makes a config that can't be built, or whose objective needs what it took away.
 * @example checkArm(presets.fsrf, { objective: { heterogeneity: 0 } }).orphaned; // the head that named the modality
 */
export function checkArm(config: ModelConfig, edit: ConfigEdit, options: ArmCheckOptions = {}): ArmCheck {
  return checkArms(config, { arm: edit }, options)['arm']!;
}

/** `checkArm` of each arm by its name. */
export function checkArms(
  config: ModelConfig,
  arms: Readonly<Record<string, ConfigEdit>>,
  options: ArmCheckOptions = {},
): Record<string, ArmCheck> {
  const whole = study(config, options);
  return Object.fromEntries(
    Object.entries(arms).map(([name, edit]) => [name, compare(whole, study(editConfig(config, edit), options))]),
  );
}

type Study = {
  /** Whether each parameter gets a gradient. */
  readonly learns: ReadonlyMap<string, boolean>;
  /** Of those that don't, those that the prediction depends on. */
  readonly stuck: readonly string[];
  readonly loss: number;
  readonly prediction: string;
};

function compare(whole: Study, arm: Study): ArmCheck {
  const removed = [...whole.learns.keys()].filter((path) => !arm.learns.has(path));
  const added = [...arm.learns.keys()].filter((path) => !whole.learns.has(path));
  const without = [...arm.learns].flatMap(([path, learns]) => (learns ? [] : [path]));
  return {
    removed,
    added,
    orphaned: without.filter((path) => whole.learns.get(path) !== false),
    idle: without.filter((path) => whole.learns.get(path) === false),
    stuck: arm.stuck,
    differs: removed.length + added.length > 0 || whole.loss !== arm.loss || whole.prediction !== arm.prediction,
  };
}

function study(config: ModelConfig, { data = DATA, task = { kind: 'regression' } }: ArmCheckOptions): Study {
  const model = buildModel(config, { ...data, outDim: outDimOf(task) }, new Rng(1));
  tf.engine().startScope();
  try {
    const batch = syntheticBatch(config, data, task, new Rng(2));
    const objective = buildObjective(config, task);
    const variables = parameters(model);
    const prediction = () => model.forward(batch.views[0]!, INFERENCE).prediction.dataSync().join();
    const start = prediction();
    const learns = new Map([...variables.keys()].map((path) => [path, false]));
    const step = (seed: number) => {
      const { value, byPath } = gradients(objective, model, batch, seed);
      for (const [path, gradient] of byPath) {
        const weight = variables.get(path)!;
        if (gradient.dataSync().some((x) => x !== 0)) learns.set(path, true);
        weight.assign(weight.sub(gradient.mul(0.01)));
      }
      return value.dataSync()[0]!;
    };
    const loss = step(3);
    // weights that start at 0 stop the gradient of those before them: a step has moved them off it
    if ([...learns.values()].includes(false)) step(4);
    const stuck = [...variables].filter(([path, weight]) => !learns.get(path) && matters(weight, prediction));
    return { learns, stuck: stuck.map(([path]) => path), loss, prediction: start };
  } finally {
    tf.engine().endScope();
    disposeModule(model);
  }
}

function gradients(objective: Objective, model: TrimodalModel, batch: ObjectiveBatch, seed: number) {
  const variables = parameters(model);
  const loss = () => objective(model, batch, { training: true, rng: new Rng(seed) }).loss;
  const { value, grads } = tf.variableGrads(loss, [...variables.values()]);
  const byPath = new Map([...variables].flatMap(([path, { name }]) => (grads[name] ? [[path, grads[name]]] : [])));
  return { value, byPath };
}

/** Whether the prediction changes with a weight; leaves it changed. */
function matters(weight: tf.Variable, prediction: () => string): boolean {
  const before = prediction();
  weight.assign(weight.mul(1.5).add(0.1));
  return prediction() !== before;
}
