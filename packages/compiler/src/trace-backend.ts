import * as tf from '@tensorflow/tfjs';
import { callerLine, TraceError } from './errors';
import { type ConstantData, GraphBuilder, type Value } from './graph';
import { COMPLEX_KERNELS, KERNELS } from './kernels';
import { type ComplexValue, isComplex } from './kernels/complex';

/** The name under which the recording backend is registered; it is active only while a function is traced. */
const BACKEND = 'trimodal-trace';

/** Enough to find the line of the user's code under those of TensorFlow.js. */
const STACK_FRAMES = 64;

type DataId = object;

/** What a trace hands over when a tensor of another backend is used in it. */
export type OnCapture = (tensor: tf.TensorInfo) => Value;

/** One recording: the graph so far, and which tensor stands for which of its values. */
export class Recording {
  readonly builder = new GraphBuilder();
  private readonly values = new WeakMap<DataId, Value>();
  private readonly complexValues = new WeakMap<DataId, ComplexValue>();

  constructor(private readonly capture: OnCapture) {}

  /** The value that a tensor stands for; a tensor of another backend is captured, and stays where it is. */
  valueOf(tensor: tf.TensorInfo): Value {
    if (tensor.dtype === 'complex64') {
      throw new TraceError(
        `Cannot compile a tensor as its dtype must be float32, int32 or bool: got complex64 [${tensor.shape}]; ` +
          'take tf.real and tf.imag of it.',
      );
    }
    let value = this.values.get(tensor.dataId);
    if (!value) {
      value = this.capture(tensor);
      this.values.set(tensor.dataId, value);
    }
    return value;
  }

  /** The two parts of a complex tensor. */
  complexOf({ dataId, shape }: tf.TensorInfo): ComplexValue {
    let value = this.complexValues.get(dataId);
    if (!value) {
      const [real, imag] = [0, 1].map((part) => {
        const pairs = tf.engine().readSync(dataId) as Float32Array;
        return this.builder.constant({ values: pairs.filter((_, i) => i % 2 === part) }, shape.slice(), 'float32');
      }) as [Value, Value];
      value = { real, imag };
      this.complexValues.set(dataId, value);
    }
    return value;
  }

  /** Whether the data were made by this recording or captured before. */
  has(dataId: DataId): boolean {
    return this.values.has(dataId);
  }

  bind(dataId: DataId, value: Value): void {
    this.values.set(dataId, value);
  }

  /** A tensor that stands for a value. */
  tensorInfo(value: Value | ComplexValue): tf.TensorInfo {
    const dataId = {};
    if (isComplex(value)) {
      this.complexValues.set(dataId, value);
      return { dataId, shape: value.real.shape.slice(), dtype: 'complex64' };
    }
    this.values.set(dataId, value);
    return { dataId, shape: value.shape.slice(), dtype: tensorDtype(value) };
  }
}

function tensorDtype(value: Value): tf.DataType {
  if (value.type === 'float32' || value.type === 'int32' || value.type === 'bool') return value.type;
  throw new TraceError(`Cannot make a tensor of a value as its type must be one of TensorFlow.js: got ${value.type}.`);
}

/** A backend whose kernels compute nothing: each writes down what it would have computed. */
class TraceBackend extends tf.KernelBackend {
  recording: Recording | null = null;

  current(): Recording {
    if (this.recording) return this.recording;
    throw new TraceError(
      `Cannot use a tensor as it must not outlive the trace that made it: got one ${callerLine(new Error().stack)}; ` +
        'keep no tensor made in a compiled function beyond its call.',
    );
  }

  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): DataId {
    if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
      throw new TraceError(
        `Cannot compile a constant as its dtype must be float32, int32 or bool: got ${dtype} ${callerLine(new Error().stack)}.`,
      );
    }
    const data: ConstantData = values ? { values: (values as Float32Array).slice() } : { fill: 0 };
    const recording = this.current();
    return recording.tensorInfo(recording.builder.constant(data, shape.slice(), dtype)).dataId;
  }

  override move(dataId: DataId, values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): void {
    const recording = this.current();
    recording.bind(dataId, recording.valueOf({ dataId: this.write(values, shape, dtype), shape, dtype }));
  }

  override readSync(dataId: DataId): tf.backend_util.BackendValues {
    const { builder } = this.current();
    const value = this.current().valueOf({ dataId, shape: [], dtype: 'float32' });
    const data = builder.constants.get(value);
    if (data) {
      const size = tf.util.sizeFromShape(value.shape.slice());
      const array = tf.util.getTypedArrayFromDType(tensorDtype(value) as 'float32', size);
      if ('fill' in data) array.fill(data.fill);
      else array.set(data.values);
      return array;
    }
    const maker = builder.nodes.find((node) => node.outputs.includes(value));
    throw new TraceError(
      `Cannot read the value of a tensor as a compiled function is traced once, before there are values: got a read of ` +
        `${maker ? `the result of ${maker.op}` : 'an input'} [${value.shape}] ${callerLine(new Error().stack)}; ` +
        'use tensor operations (tf.where, tf.mul by a mask) instead of dataSync, data, arraySync or an if on a value.',
    );
  }

  override async read(dataId: DataId): Promise<tf.backend_util.BackendValues> {
    return this.readSync(dataId);
  }

  override disposeData(): boolean {
    return true;
  }
  override incRef(): void {}
  decRef(): void {}
  refCount(): number {
    return 1;
  }
  override numDataIds(): number {
    return 0;
  }
  override floatPrecision(): 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7;
  }
  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }
}

let instance: TraceBackend | undefined;

function backend(): TraceBackend {
  if (instance) return instance;
  const created = new TraceBackend();
  tf.registerBackend(BACKEND, () => created, 0);
  for (const kernelName of new Set([...Object.keys(KERNELS), ...Object.keys(COMPLEX_KERNELS)])) {
    tf.registerKernel({
      kernelName,
      backendName: BACKEND,
      kernelFunc: ({ inputs, attrs }) => {
        const recording = created.current();
        try {
          const result = call(recording, kernelName, inputs as tf.NamedTensorInfoMap, attrs);
          return Array.isArray(result)
            ? result.map((value) => recording.tensorInfo(value))
            : recording.tensorInfo(result);
        } catch (error) {
          if (error instanceof TraceError || !(error instanceof Error)) throw error;
          throw new TraceError(`Cannot compile ${kernelName} ${callerLine(error.stack)}: ${error.message}`, {
            cause: error,
          });
        }
      },
    });
  }
  instance = created;
  return created;
}

/** Writes down what a kernel computes. */
function call(
  recording: Recording,
  kernelName: string,
  inputs: tf.NamedTensorInfoMap,
  attributes: unknown,
): Value | ComplexValue | Value[] {
  const given = Object.entries(inputs).flatMap(([key, x]): [string, tf.TensorInfo][] => (x ? [[key, x]] : []));
  const attrs = (attributes ?? {}) as Record<string, never>;
  const anyComplex = given.some(([, { dtype }]) => dtype === 'complex64');
  const kernel = KERNELS[kernelName];
  if (kernel && !anyComplex) {
    return kernel(recording.builder, Object.fromEntries(given.map(([key, x]) => [key, recording.valueOf(x)])), attrs);
  }
  const complexKernel = COMPLEX_KERNELS[kernelName];
  if (!complexKernel)
    throw new TypeError('no graph form for complex numbers; compute with tf.real and tf.imag of them');
  const values = given.map(([key, x]) => [
    key,
    x.dtype === 'complex64' ? recording.complexOf(x) : recording.valueOf(x),
  ]);
  return complexKernel(recording.builder, Object.fromEntries(values), attrs);
}

/** While tracing, randomness would be drawn once and for all. A seed makes an operation of TensorFlow.js a constant eagerly, too. */
function refuseRandom(): never {
  throw new TraceError(
    'Cannot compile a random number as a function is traced once, so that each run would have the same: got a call of ' +
      `Math.random ${callerLine(new Error().stack)}; draw keep-masks with the rng that a compiled function gets, or make ` +
      'what is random an input.',
  );
}

/** Runs `fn` with every kernel recorded; the backend that was active is active again afterwards, come what may. */
export function record<T>(capture: OnCapture, fn: (recording: Recording) => T): T {
  const active = tf.backend() && tf.getBackend();
  const trace = backend();
  if (trace.recording) {
    throw new TraceError(
      'Cannot compile a function as no other may be in the middle of being traced: got a nested compile.',
    );
  }
  const recording = new Recording(capture);
  trace.recording = recording;
  // an operation made of others lies deeper in a stack than the ten frames that are told
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = STACK_FRAMES;
  const { random } = Math;
  Math.random = refuseRandom;
  // the promise is resolved already: the backend's factory is synchronous
  void tf.setBackend(BACKEND);
  try {
    return fn(recording);
  } catch (error) {
    const missing = error instanceof Error && /Kernel '(\w+)' not registered for backend/.exec(error.message);
    if (!missing) throw error;
    throw new TraceError(
      `Cannot compile ${missing[1]} ${callerLine((error as Error).stack)} as there must be a graph form of its kernel: got ` +
        'none; the table of supported kernels in the documentation says why.',
      { cause: error },
    );
  } finally {
    trace.recording = null;
    Error.stackTraceLimit = stackTraceLimit;
    Math.random = random;
    void tf.setBackend(active);
  }
}
