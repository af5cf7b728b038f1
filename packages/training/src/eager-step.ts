import * as tf from '@tensorflow/tfjs';
import { type Batch, type BatchView, toTensors, viewTensors } from '@trimodal/data';
import type { Clipping } from './clipping';
import type { Learner } from './learner';
import { coefficientsFor, restoreOptimizer, restoreReport, storeOptimizer } from './optimizer-state';
import type { Optimizer, Slots } from './optimizers';
import { ParameterLayout } from './parameter-layout';
import type { EngineState, RestoreReport, StepEngine, StepOptions, StepResult } from './step-engine';

export type EagerStepOptions = {
  readonly learner: Learner;
  readonly optimizer: Optimizer;
  readonly clip?: Clipping;
};

/**
 * Takes training steps op by op on the current TensorFlow.js backend, with one read-back a step.
 *
 * As in torch, a parameter that has no part in the loss is skipped: no weight decay, no decay of its moments, no step counted.
 */
export function createEagerStep({ learner, optimizer, clip = (gradient) => gradient }: EagerStepOptions): StepEngine {
  return new EagerStep(learner, optimizer, clip);
}

class EagerStep implements StepEngine {
  private readonly layout: ParameterLayout;
  private slots: Slots;
  private steps = new Map<string, number>();
  /** The mean gradient since the last step, the samples in it and the parameters that had a part in it. */
  private gathered: { gradient: tf.Tensor1D; count: number; moving: Set<string> } | undefined;

  constructor(
    private readonly learner: Learner,
    private readonly optimizer: Optimizer,
    private readonly clip: Clipping,
  ) {
    this.layout = new ParameterLayout(learner.parameters);
    this.slots = Object.fromEntries(optimizer.slots.map((slot) => [slot, tf.zeros<tf.Rank.R1>([this.layout.size])]));
  }

  async step(batch: Batch, options: StepOptions): Promise<StepResult> {
    const names: string[] = [];
    const packed = tf.tidy(() => {
      const values = this.gather(batch, options, names);
      if (options.apply) this.apply(options.learningRate);
      return values;
    });
    const [loss, ...terms] = await packed.data();
    packed.dispose();
    return { loss: loss!, terms: Object.fromEntries(names.map((name, i) => [name, terms[i]!])) };
  }

  /** Adds the gradient of a batch to the mean; returns loss and terms `[1 + terms]`, whose names go to `names`. */
  private gather(batch: Batch, { rng }: StepOptions, names: string[]): tf.Tensor1D {
    let values: tf.Tensor | undefined;
    const objective = () => {
      const { loss, terms } = this.learner.loss(toTensors(batch), { training: true, rng });
      names.push(...Object.keys(terms));
      // kept: the tape frees whatever its function makes but the loss
      values = tf.keep(tf.stack([loss, ...Object.values(terms)].map((value) => value.asScalar())));
      return loss.asScalar();
    };
    const { grads } = tf.variableGrads(objective, [...this.learner.parameters.values()]);
    const byPath = new Map<string, tf.Tensor>();
    for (const [path, variable] of this.learner.parameters) {
      const gradient = grads[variable.name];
      if (gradient) byPath.set(path, gradient);
    }
    const fresh = this.layout.pack(byPath);
    const before = this.gathered;
    const count = (before?.count ?? 0) + batch.count;
    const share = batch.count / count;
    const gradient = before ? before.gradient.mul(1 - share).add<tf.Tensor1D>(fresh.mul(share)) : fresh;
    before?.gradient.dispose();
    this.gathered = { gradient: tf.keep(gradient), count, moving: before?.moving ?? new Set() };
    for (const path of byPath.keys()) this.gathered.moving.add(path);
    return values as tf.Tensor1D;
  }

  private apply(learningRate: number): void {
    const { gradient, moving } = this.gathered!;
    const { layout, learner, optimizer, steps } = this;
    const coefficients = Object.fromEntries(
      Object.entries(coefficientsFor(optimizer, layout, steps, moving, learningRate)).map(([name, value]) => [
        name,
        typeof value === 'number' ? tf.scalar(value) : tf.tensor1d(value),
      ]),
    );
    const parameters = layout.pack(learner.parameters);
    const updated = optimizer.update(this.clip(gradient), this.slots, parameters, coefficients);
    const moves =
      moving.size < layout.entries.length && tf.tensor1d(layout.spread((p) => Number(moving.has(p)))).toBool();
    const settle = (after: tf.Tensor1D, before: tf.Tensor1D) => (moves ? tf.where(moves, after, before) : after);
    for (const [path, value] of layout.unpack(settle(updated.parameters, parameters))) {
      learner.parameters.get(path)!.assign(value);
    }
    this.setSlots(
      Object.fromEntries(optimizer.slots.map((slot) => [slot, settle(updated.slots[slot]!, this.slots[slot]!)])),
    );
    for (const path of moving) steps.set(path, (steps.get(path) ?? 0) + 1);
    this.forget();
  }

  async predict(view: BatchView): Promise<Float32Array> {
    const prediction = tf.tidy(() => this.learner.predict(viewTensors(view)));
    const values = (await prediction.data()).slice() as Float32Array;
    prediction.dispose();
    return values;
  }

  async readState(): Promise<EngineState> {
    const read = async (make: () => tf.Tensor1D) => {
      const flat = tf.tidy(make);
      const values = (await flat.data()) as Float32Array;
      flat.dispose();
      return values;
    };
    const slots: Record<string, Float32Array> = {};
    for (const [slot, flat] of Object.entries(this.slots)) slots[slot] = await read(() => flat.clone());
    const parameters = await read(() => this.layout.pack(this.learner.parameters));
    return { parameters: this.layout.toStored(parameters), optimizer: storeOptimizer(this.layout, slots, this.steps) };
  }

  async writeState(state: EngineState): Promise<RestoreReport> {
    const { layout, learner, optimizer } = this;
    const { slots, steps } = restoreOptimizer(layout, optimizer, state.optimizer);
    layout.fromStored(state.parameters, new Float32Array(layout.size)); // checks every shape before anything changes
    tf.tidy(() => {
      for (const [path, variable] of learner.parameters) {
        const stored = state.parameters.get(path);
        // a copy, as a backend may hold on to the array
        if (stored) variable.assign(tf.tensor((stored.data as Float32Array).slice(), variable.shape));
      }
      this.setSlots(Object.fromEntries(Object.entries(slots).map(([slot, flat]) => [slot, tf.tensor1d(flat)])));
    });
    this.steps = steps;
    this.forget();
    return restoreReport(layout, optimizer, state);
  }

  dispose(): void {
    this.setSlots({});
    this.forget();
  }

  private setSlots(slots: Slots): void {
    for (const slot of Object.values(slots)) tf.keep(slot);
    for (const old of Object.values(this.slots)) old.dispose();
    this.slots = slots;
  }

  private forget(): void {
    this.gathered?.gradient.dispose();
    this.gathered = undefined;
  }
}
