import * as tf from '@tensorflow/tfjs';
import type { KeepMaskSource } from '@trimodal/core';
import { callerLine, TraceError } from './errors';
import type { Graph, Value } from './graph';
import { type Recording, record } from './trace-backend';

export type InputSpec = { readonly shape: readonly number[]; readonly dtype?: 'float32' | 'int32' | 'bool' };

/** What a compiled function gets besides its inputs. */
export type Tracing = {
  /** The source of keep-masks: each becomes an input that is filled anew from the run's `rng`, in the order of the calls. */
  readonly rng: KeepMaskSource;
  /** Lets a tensor stand for a variable for the rest of the trace; gradients with respect to the variable still work. */
  bind(variable: tf.Variable, tensor: tf.Tensor): void;
};

export type TraceFunction = (inputs: Record<string, tf.Tensor>, tracing: Tracing) => Record<string, tf.Tensor>;

/** A keep-mask that a run has to fill. */
export type MaskInput = { readonly name: string; readonly size: number; readonly rate: number };

export type Traced = {
  readonly graph: Graph;
  /** Variables of other backends that the function reads, under the input that takes their value. */
  readonly variables: ReadonlyMap<string, tf.Variable>;
  readonly masks: readonly MaskInput[];
};

/** Hands out graph inputs in place of random masks. */
class MaskInputs implements KeepMaskSource {
  readonly masks: MaskInput[] = [];

  constructor(
    private readonly recording: Recording,
    private readonly addInput: (name: string, value: Value) => void,
  ) {}

  keepMask(shape: readonly number[], rate: number): tf.Tensor {
    if (!(rate >= 0 && rate <= 1)) {
      throw new RangeError(`Cannot draw a keep-mask as the rate must lie in [0, 1]: got ${rate}.`);
    }
    const name = `keep-mask:${this.masks.length}`;
    const value: Value = { shape: shape.slice(), type: 'uint8' };
    this.addInput(name, value);
    this.masks.push({ name, size: tf.util.sizeFromShape(shape.slice()), rate });
    return tensorOf(this.recording, this.recording.builder.cast(value, 'float32'));
  }
}

function tensorOf(recording: Recording, value: Value): tf.Tensor {
  const { dataId, shape, dtype } = recording.tensorInfo(value);
  return tf.engine().makeTensorFromDataId(dataId, shape, dtype);
}

/** Runs a function once on placeholders and writes down what it computes. */
export function trace(fn: TraceFunction, inputs: Readonly<Record<string, InputSpec>>): Traced {
  const owners = new Map<object, tf.Variable>();
  for (const variable of Object.values(tf.engine().registeredVariables)) owners.set(variable.dataId, variable);
  const copies = [...owners.values()].map((variable) => ({
    variable,
    dataId: variable.dataId,
    copy: variable.clone(),
  }));
  const graphInputs = new Map<string, Value>();
  const variables = new Map<string, tf.Variable>();
  let captured: Recording;
  const capture = (tensor: tf.TensorInfo): Value => {
    const variable = owners.get(tensor.dataId);
    const type = tensor.dtype as 'float32' | 'int32' | 'bool';
    if (variable) {
      const name = `variable:${variable.name}`;
      const value: Value = { shape: tensor.shape.slice(), type };
      graphInputs.set(name, value);
      variables.set(name, variable);
      return value;
    }
    const values = tf.engine().readSync(tensor.dataId) as Float32Array;
    return captured.builder.constant({ values: values.slice() }, tensor.shape.slice(), type);
  };
  try {
    return record(capture, (recording) => {
      captured = recording;
      const outputs = new Map<string, Value>();
      const addInput = (name: string, value: Value) => graphInputs.set(name, value);
      const rng = new MaskInputs(recording, addInput);
      tf.engine().startScope('compile');
      const restore = refuseReads(owners);
      try {
        const placeholders: Record<string, tf.Tensor> = {};
        for (const [name, { shape, dtype = 'float32' }] of Object.entries(inputs)) {
          const value: Value = { shape: shape.slice(), type: dtype };
          addInput(name, value);
          placeholders[name] = tensorOf(recording, value);
        }
        const bind = (variable: tf.Variable, tensor: tf.Tensor) =>
          recording.bind(variable.dataId, recording.valueOf(tensor));
        const results = fn(placeholders, { rng, bind });
        for (const [name, tensor] of Object.entries(checkResults(results))) {
          const made = recording.has(tensor.dataId);
          outputs.set(name, recording.valueOf(tensor));
          if (made && tensor.kept) tensor.dispose();
        }
      } finally {
        restore();
        tf.engine().endScope();
      }
      checkVariables(copies);
      const { nodes, constants } = recording.builder;
      return { graph: { inputs: graphInputs, outputs, nodes, constants }, variables, masks: rng.masks };
    });
  } finally {
    for (const { copy } of copies) copy.dispose();
  }
}

/** Makes a read of a variable an error until the function that is returned is called: its value would stay in the graph. */
function refuseReads(owners: ReadonlyMap<object, tf.Variable>): () => void {
  const engine = tf.engine();
  const { readSync, read } = engine;
  const check = (dataId: object): void => {
    const variable = owners.get(dataId);
    if (!variable) return;
    throw new TraceError(
      'Cannot read the value of a variable as a compiled function is traced once, and each run would have that value: got a ' +
        `read of ${variable.name} [${variable.shape}] ${callerLine(new Error().stack)}; use the variable itself in tensor ` +
        'operations, or read it before and pass what follows from it as an input.',
    );
  };
  // by their names a stack tells them from the caller's code
  engine.readSync = function readSyncWhileTracing(dataId) {
    check(dataId);
    return readSync.call(engine, dataId);
  };
  engine.read = function readWhileTracing(dataId) {
    check(dataId);
    return read.call(engine, dataId);
  };
  return () => {
    engine.readSync = readSync;
    engine.read = read;
  };
}

/** The variables of a trace as constants, with their present values. */
export function freeze(traced: Traced): Traced {
  const constants = new Map(traced.graph.constants);
  const inputs = new Map(traced.graph.inputs);
  for (const [name, variable] of traced.variables) {
    constants.set(inputs.get(name)!, { values: (variable.dataSync() as Float32Array).slice() });
    inputs.delete(name);
  }
  return { ...traced, graph: { ...traced.graph, inputs, constants }, variables: new Map() };
}

function checkResults(results: unknown): Record<string, tf.Tensor> {
  const isRecord =
    typeof results === 'object' && results !== null && !(results instanceof tf.Tensor) && !(results instanceof Promise);
  if (isRecord && Object.values(results).every((x) => x instanceof tf.Tensor))
    return results as Record<string, tf.Tensor>;
  const got = results instanceof Promise ? 'a Promise' : results instanceof tf.Tensor ? 'a Tensor' : typeof results;
  throw new TraceError(`Cannot compile a function as it must return a record of tensors: got ${got}.`);
}

/** Puts variables back that the function assigned, and says so; frees those that it made. */
function checkVariables(copies: readonly { variable: tf.Variable; dataId: object; copy: tf.Tensor }[]): void {
  const known = new Set(copies.map(({ variable }) => variable.name));
  const made = Object.values(tf.engine().registeredVariables).filter(({ name }) => !known.has(name));
  const assigned = copies.filter(({ variable, dataId }) => variable.dataId !== dataId && !variable.isDisposed);
  for (const { variable, copy } of assigned) variable.assign(copy);
  for (const variable of made) variable.dispose();
  const wrong = assigned.map(({ variable }) => variable)[0] ?? made[0];
  if (!wrong) return;
  throw new TraceError(
    `Cannot compile a function as it must neither assign nor create variables: got ${wrong.name} ` +
      `${assigned.length > 0 ? 'assigned' : 'created'}; return the new value as an output instead.`,
  );
}
