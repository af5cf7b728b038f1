import * as tf from '@tensorflow/tfjs';
import { type CompiledFunction, type CompileOptions, compile, MaskStream, type Tracing } from '@trimodal/compiler';
import type { Batch, BatchView } from '@trimodal/data';
import { batchArrays, learnerBatch, modelInputs, type NamedArrays, viewArrays } from './batch-inputs';
import type { Clipping } from './clipping';
import type { EagerStepOptions } from './eager-step';
import type { Learner } from './learner';
import { coefficientsFor, restoreOptimizer, restoreReport, storeOptimizer } from './optimizer-state';
import type { Optimizer } from './optimizers';
import { ParameterLayout } from './parameter-layout';
import type { EngineState, RestoreReport, StepEngine, StepOptions, StepResult } from './step-engine';

/** Threads, execution providers and further options of ONNX Runtime are those of `compile`. */
export type CompiledStepOptions = EagerStepOptions & Pick<CompileOptions, 'threads' | 'providers' | 'session'>;

/**
 * Takes training steps in ONNX Runtime: forward, objective, backward, clipping and optimiser are one graph, which is made
 * when the first batch of a shape comes. Parameters and the optimiser's memory are one flat vector each, which a step changes in place.
 *
 * Same masks, same order of operations and the same results, to rounding, as `createEagerStep`. The learner's variables are
 * brought up to date by `readState`, `writeState` and `dispose`.
 * @throws TraceError at the first step if the learner can't be a graph.
 */
export function createCompiledStep({
  learner,
  optimizer,
  clip = (gradient) => gradient,
  ...session
}: CompiledStepOptions): StepEngine {
  return new CompiledStep(learner, optimizer, clip, session);
}

/** A graph of one step, and what was learnt while tracing it. */
type Program = {
  readonly compiled: CompiledFunction;
  readonly names: readonly string[];
  readonly moving: Set<string>;
  /** The flat vectors that a step writes where it read them. */
  readonly inPlace: ReadonlySet<string>;
  /** Takes the loss and the terms, step after step. */
  readonly values: Float32Array;
};

type Coefficients = Readonly<Record<string, number | Float32Array>>;

class CompiledStep implements StepEngine {
  private readonly layout: ParameterLayout;
  private readonly programs = new Map<string, Promise<Program>>();
  private readonly predictors = new Map<string, Promise<CompiledFunction>>();
  /** Flat vectors by name. */
  private readonly state: Record<string, Float32Array>;
  /** Arrays that the next step writes into, of the vectors that it can't write in place. */
  private readonly spare: Record<string, Float32Array> = {};
  private steps = new Map<string, number>();
  /** The parameters that have a part in the loss; known once it has been traced. */
  private moving: Set<string> | undefined;
  /** Samples in the mean gradient since the last step. */
  private gathered = 0;

  constructor(
    private readonly learner: Learner,
    private readonly optimizer: Optimizer,
    private readonly clip: Clipping,
    private readonly session: Pick<CompileOptions, 'threads' | 'providers' | 'session'>,
  ) {
    this.layout = new ParameterLayout(learner.parameters);
    const names = ['parameters', ...optimizer.slots];
    this.state = Object.fromEntries(names.map((name) => [name, new Float32Array(this.layout.size)]));
    for (const { path, offset } of this.layout.entries) {
      this.state['parameters']!.set(learner.parameters.get(path)!.dataSync() as Float32Array, offset);
    }
  }

  async step(batch: Batch, { learningRate, rng, apply }: StepOptions): Promise<StepResult> {
    const arrays = batchArrays(batch);
    const count = this.gathered + batch.count;
    const share = batch.count / count;
    let coefficients = this.coefficients(learningRate);
    let program = await this.program(batch, arrays, apply, coefficients);
    if (!this.moving) {
      // the first trace tells which parameters move, and so whether they have taken different numbers of steps
      this.moving = program.moving;
      coefficients = this.coefficients(learningRate);
      program = await this.program(batch, arrays, apply, coefficients);
    }
    const feeds: Record<string, Float32Array> = { parameters: this.state['parameters']! };
    for (const [name, { data }] of Object.entries(arrays)) feeds[name] = data;
    const written = ['gradient'];
    if (this.gathered > 0) {
      feeds['gradient'] = this.state['gradient']!;
      feeds['share'] = Float32Array.of(share);
      feeds['rest'] = Float32Array.of(1 - share);
    }
    if (apply) {
      written.splice(0, 1, 'parameters', ...this.optimizer.slots);
      for (const slot of this.optimizer.slots) feeds[slot] = this.state[slot]!;
      for (const [name, value] of Object.entries(coefficients)) {
        feeds[`coefficients.${name}`] = typeof value === 'number' ? Float32Array.of(value) : value;
      }
    }
    const { values, inPlace } = program;
    const into = Object.fromEntries(
      written.map((name) => [name, inPlace.has(name) ? this.state[name]! : this.spareVector(name)]),
    );
    await program.compiled.run(feeds, { rng: new MaskStream(rng.state()), into: { ...into, values } });
    for (const name of written) {
      if (inPlace.has(name)) continue;
      const before = this.state[name];
      this.state[name] = into[name]!;
      if (before) this.spare[name] = before;
      else delete this.spare[name];
    }
    this.gathered = apply ? 0 : count;
    if (apply) for (const path of program.moving) this.steps.set(path, (this.steps.get(path) ?? 0) + 1);
    const [loss, ...terms] = values;
    return { loss: loss!, terms: Object.fromEntries(program.names.map((name, i) => [name, terms[i]!])) };
  }

  async predict(view: BatchView): Promise<Float32Array> {
    const arrays = viewArrays(view);
    const key = shapesOf(arrays);
    let predictor = this.predictors.get(key);
    if (!predictor) {
      predictor = compile(
        (inputs, tracing) => {
          this.bindParameters(inputs['parameters'] as tf.Tensor1D, tracing);
          return { prediction: this.learner.predict(modelInputs(view, inputs)) };
        },
        { inputs: { parameters: { shape: [this.layout.size] }, ...arrays }, ...this.session },
      );
      this.predictors.set(key, predictor);
    }
    const feeds: Record<string, Float32Array> = { parameters: this.state['parameters']! };
    for (const [name, { data }] of Object.entries(arrays)) feeds[name] = data;
    const { prediction } = await (await predictor).run(feeds);
    return prediction!.data as Float32Array;
  }

  async readState(): Promise<EngineState> {
    this.updateVariables();
    const { parameters, ...others } = this.state;
    const slots = Object.fromEntries(this.optimizer.slots.map((slot) => [slot, others[slot]!]));
    return {
      parameters: this.layout.toStored(parameters!),
      optimizer: storeOptimizer(this.layout, slots, this.steps),
    };
  }

  async writeState(state: EngineState): Promise<RestoreReport> {
    const { layout, optimizer } = this;
    const { slots, steps } = restoreOptimizer(layout, optimizer, state.optimizer);
    const parameters = this.state['parameters']!.slice();
    layout.fromStored(state.parameters, parameters);
    Object.assign(this.state, { parameters, ...slots });
    this.steps = steps;
    this.gathered = 0;
    this.updateVariables();
    return restoreReport(layout, optimizer, state);
  }

  dispose(): void {
    this.updateVariables();
    for (const program of this.programs.values())
      void program.then(
        ({ compiled }) => compiled.dispose(),
        () => {},
      );
    for (const predictor of this.predictors.values())
      void predictor.then(
        (compiled) => compiled.dispose(),
        () => {},
      );
    this.programs.clear();
    this.predictors.clear();
  }

  private coefficients(learningRate: number): Coefficients {
    const paths = this.moving ?? this.layout.entries.map(({ path }) => path);
    return coefficientsFor(this.optimizer, this.layout, this.steps, paths, learningRate);
  }

  private spareVector(name: string): Float32Array {
    this.spare[name] ??= new Float32Array(this.layout.size);
    return this.spare[name];
  }

  private updateVariables(): void {
    const flat = this.state['parameters']!;
    tf.tidy(() => {
      for (const { path, shape, offset, size } of this.layout.entries) {
        // a copy, as a backend may hold on to the array
        this.learner.parameters.get(path)!.assign(tf.tensor(flat.slice(offset, offset + size), [...shape]));
      }
    });
  }

  private bindParameters(flat: tf.Tensor1D, tracing: Tracing): Map<string, tf.Tensor> {
    const tensors = this.layout.unpack(flat);
    for (const [path, tensor] of tensors) tracing.bind(this.learner.parameters.get(path)!, tensor);
    return tensors;
  }

  private program(batch: Batch, arrays: NamedArrays, apply: boolean, coefficients: Coefficients): Promise<Program> {
    const before = this.gathered > 0;
    const vectors = Object.entries(coefficients).filter(([, value]) => typeof value !== 'number');
    const key = JSON.stringify([shapesOf(arrays), before, apply && vectors.map(([name]) => name), apply]);
    let program = this.programs.get(key);
    if (!program) {
      program = this.build(batch, arrays, before, apply, coefficients);
      this.programs.set(key, program);
    }
    return program;
  }

  private async build(
    batch: Batch,
    arrays: NamedArrays,
    before: boolean,
    apply: boolean,
    coefficients: Coefficients,
  ): Promise<Program> {
    const vector = { shape: [this.layout.size] };
    const scalar = { shape: [1] };
    const inputs: Record<string, { shape: readonly number[] }> = { parameters: vector };
    for (const [name, { shape }] of Object.entries(arrays)) inputs[name] = { shape };
    if (before) Object.assign(inputs, { gradient: vector, share: scalar, rest: scalar });
    if (apply) {
      for (const slot of this.optimizer.slots) inputs[slot] = vector;
      for (const [name, value] of Object.entries(coefficients)) {
        inputs[`coefficients.${name}`] = typeof value === 'number' ? scalar : vector;
      }
    }
    let names: string[] = [];
    const moving = new Set<string>();
    const compiled = await compile(
      (tensors, tracing) => {
        this.bindParameters(tensors['parameters'] as tf.Tensor1D, tracing);
        const { values, gradients, terms } = this.differentiate(batch, tensors, tracing);
        names = terms;
        for (const path of gradients.keys()) moving.add(path);
        const fresh = this.layout.pack(gradients);
        const gradient = before
          ? tensors['gradient']!.mul(tensors['rest']!).add<tf.Tensor1D>(fresh.mul(tensors['share']!))
          : fresh;
        return { values, ...(apply ? this.update(gradient, tensors, moving) : { gradient }) };
      },
      { inputs, ...this.session },
    );
    const written = apply ? ['parameters', ...this.optimizer.slots] : before ? ['gradient'] : [];
    const inPlace = new Set(written.filter((name) => compiled.mayOverwrite(name, name)));
    return { compiled, names, moving, inPlace, values: new Float32Array(1 + names.length) };
  }

  /** Loss and terms `[1 + terms]`, the gradients of the parameters that have a part in the loss, the names of the terms. */
  private differentiate(batch: Batch, tensors: Readonly<Record<string, tf.Tensor>>, { rng }: Tracing) {
    let values: tf.Tensor | undefined;
    let terms: string[] = [];
    const objective = () => {
      const result = this.learner.loss(learnerBatch(batch, tensors), { training: true, rng });
      terms = Object.keys(result.terms);
      // kept: the tape frees whatever its function makes but the loss
      values = tf.keep(tf.stack([result.loss, ...Object.values(result.terms)].map((value) => value.asScalar())));
      return result.loss.asScalar();
    };
    const { grads } = tf.variableGrads(objective, [...this.learner.parameters.values()]);
    const gradients = new Map<string, tf.Tensor>();
    for (const [path, variable] of this.learner.parameters) {
      const gradient = grads[variable.name];
      if (gradient) gradients.set(path, gradient);
    }
    return { values: values as tf.Tensor, gradients, terms };
  }

  /** New parameters and slots; a parameter that has no part in the loss stays as it is, and so does its memory. */
  private update(gradient: tf.Tensor1D, tensors: Readonly<Record<string, tf.Tensor>>, moving: ReadonlySet<string>) {
    const { layout, optimizer } = this;
    const before = (name: string) => tensors[name] as tf.Tensor1D;
    const slots = Object.fromEntries(optimizer.slots.map((slot) => [slot, before(slot)]));
    const coefficients = Object.fromEntries(
      Object.entries(tensors).flatMap(([name, tensor]) =>
        name.startsWith('coefficients.') ? [[name.slice('coefficients.'.length), tensor]] : [],
      ),
    );
    const updated = optimizer.update(this.clip(gradient), slots, before('parameters'), coefficients);
    const after: Record<string, tf.Tensor> = { parameters: updated.parameters, ...updated.slots };
    if (moving.size === layout.entries.length) return after;
    const moves = tf.tensor1d(layout.spread((path) => Number(moving.has(path)))).toBool();
    return Object.fromEntries(
      Object.entries(after).map(([name, value]) => [name, tf.where(moves, value, before(name))]),
    );
  }
}

function shapesOf(arrays: NamedArrays): string {
  return JSON.stringify(Object.entries(arrays).map(([name, { shape }]) => [name, shape]));
}
