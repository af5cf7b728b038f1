import * as tf from '@tensorflow/tfjs';
import { callerLine, TraceError } from './errors';
import { type ConstantData, GraphBuilder, type Value } from './graph';
import { KERNELS } from './kernels';

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

  constructor(private readonly capture: OnCapture) {}

  /** The value that a tensor stands for; a tensor of another backend is captured, and stays where it is. */
  valueOf(tensor: tf.TensorInfo): Value {
    let value = this.values.get(tensor.dataId);
    if (!value) {
      value = this.capture(tensor);
      this.values.set(tensor.dataId, value);
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
  tensorInfo(value: Value, dtype: tf.DataType = tensorDtype(value)): tf.TensorInfo {
    const dataId = {};
    this.values.set(dataId, value);
    return { dataId, shape: value.shape.slice(), dtype };
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
  for (const [kernelName, kernel] of Object.entries(KERNELS)) {
    tf.registerKernel({
      kernelName,
      backendName: BACKEND,
      kernelFunc: ({ inputs, attrs }) => {
        const recording = created.current();
        const values = Object.fromEntries(
          Object.entries(inputs).flatMap(([name, x]) => (x ? [[name, recording.valueOf(x as tf.TensorInfo)]] : [])),
        );
        try {
          const result = kernel(recording.builder, values, (attrs ?? {}) as Record<string, never>);
          return Array.isArray(result)
            ? result.map((value) => recording.tensorInfo(value))
            : recording.tensorInfo(result as Value);
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
    void tf.setBackend(active);
  }
}
