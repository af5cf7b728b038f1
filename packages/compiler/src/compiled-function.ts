import type * as ort from 'onnxruntime-node';
import { sizeOf, type Value } from './graph';
import { mayOverwrite } from './in-place';
import type { InputSpec, Traced } from './trace';

export type FeedArray = Float32Array | Int32Array | Uint8Array;
export type Output = { readonly data: FeedArray; readonly shape: readonly number[] };

export type RunOptions = {
  /** An `Rng` or `MaskStream` that fills the keep-masks of this run; required if the function draws any. */
  readonly rng?: { fillKeepMask(out: Uint8Array, rate: number): void };
  /** Arrays to write outputs into, by name; the others are allocated. One that is fed, too, must be one that `mayOverwrite` allows. */
  readonly into?: Readonly<Record<string, FeedArray>>;
};

/** A function of tensors as a native session: feeds in, outputs out, nothing kept in between. */
export class CompiledFunction {
  private readonly masks: { name: string; rate: number; data: Uint8Array; tensor: ort.Tensor }[];

  /** @internal Use `compile`. */
  constructor(
    private readonly session: ort.InferenceSession,
    private readonly Tensor: typeof ort.Tensor,
    private readonly traced: Traced,
    private readonly inputs: Readonly<Record<string, InputSpec>>,
  ) {
    this.masks = traced.masks.map(({ name, size, rate }) => {
      const data = new Uint8Array(size);
      return { name, rate, data, tensor: new this.Tensor('uint8', data, traced.graph.inputs.get(name)!.shape) };
    });
  }

  /**
   * Runs the function on arrays of the shapes that it was compiled for, with the present values of its variables.
   * @throws TypeError for an input that is missing, unknown or of another type; RangeError for one of another size.
   */
  async run(
    feeds: Readonly<Record<string, FeedArray>>,
    { rng, into = {} }: RunOptions = {},
  ): Promise<Record<string, Output>> {
    const tensors: Record<string, ort.Tensor> = {};
    for (const [name, spec] of Object.entries(this.inputs)) tensors[name] = this.feed(name, spec, feeds[name]);
    for (const name of Object.keys(feeds)) {
      if (!this.inputs[name]) {
        throw new TypeError(
          `Cannot run as feeds must be inputs [${Object.keys(this.inputs).join(', ')}]: got ${name}.`,
        );
      }
    }
    for (const [name, variable] of this.traced.variables) {
      const type = variable.dtype as 'float32' | 'int32' | 'bool';
      tensors[name] = new this.Tensor(type, variable.dataSync() as Float32Array, variable.shape);
    }
    if (this.masks.length > 0) {
      if (!rng) throw new TypeError('Cannot run as a function that draws keep-masks must get an rng: got none.');
      for (const { name, rate, data, tensor } of this.masks) {
        rng.fillKeepMask(data, rate);
        tensors[name] = tensor;
      }
    }
    const fetches: Record<string, ort.Tensor | null> = {};
    for (const [name, value] of this.traced.graph.outputs) {
      const target = into[name];
      if (target) checkTarget(name, value, target);
      fetches[outputName(name)] = target
        ? new this.Tensor(value.type as 'float32', target as Float32Array, value.shape)
        : null;
    }
    const results = await this.session.run(tensors, fetches);
    return Object.fromEntries(
      [...this.traced.graph.outputs].map(([name, { shape }]) => {
        return [name, { data: into[name] ?? (results[outputName(name)]!.data as Float32Array), shape }];
      }),
    );
  }

  /** Whether an output may be written into the array that is fed as an input: nothing reads that one any more by then. */
  mayOverwrite(input: string, output: string): boolean {
    return mayOverwrite(this.traced.graph, input, output);
  }

  private feed(name: string, { shape, dtype = 'float32' }: InputSpec, array: FeedArray | undefined): ort.Tensor {
    if (!(array instanceof ARRAYS[dtype])) {
      const got = array === undefined ? 'nothing' : (array as object).constructor.name;
      throw new TypeError(`Cannot run as input ${name} must be a ${ARRAYS[dtype].name}: got ${got}.`);
    }
    const size = sizeOf(shape);
    if (array.length !== size) {
      throw new RangeError(
        `Cannot run as input ${name} must have ${size} elements, shape [${shape}]: got ${array.length}; ` +
          'compile once more for another shape.',
      );
    }
    return new this.Tensor(dtype as 'float32', array as Float32Array, shape);
  }

  /** Frees the native session; the function can't run again. */
  async dispose(): Promise<void> {
    await this.session.release();
  }
}

function checkTarget(name: string, { shape, type }: Value, target: FeedArray): void {
  const size = sizeOf(shape);
  const { name: wanted } = ARRAYS[type as keyof typeof ARRAYS];
  if (target.constructor.name === wanted && target.length === size) return;
  const got = target.constructor.name === wanted ? target.length : target.constructor.name;
  throw new RangeError(
    `Cannot run as the array for output ${name} must be a ${wanted} of ${size} elements: got ${got}.`,
  );
}

/** In a session, as inputs and outputs share one space of names there. */
export function outputName(name: string): string {
  return `output:${name}`;
}

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };
