import { encodeOnnx } from './encode-onnx';
import { TraceError } from './errors';
import type { Graph } from './graph';
import { optimize } from './passes';
import { generalize, SizeError, type SizeSource, type SymbolicSizes } from './symbolic-size';
import { freeze, type InputSpec, type Traced, type TraceFunction, trace } from './trace';

export type OnnxInput = {
  /** A size that may vary has a name, the same wherever it is the same size: `['batch', 50, 768]`. One name in all. */
  readonly shape: readonly (number | string)[];
  readonly dtype?: 'float32' | 'int32' | 'bool';
};

export type ToOnnxOptions = {
  readonly inputs: Readonly<Record<string, OnnxInput>>;
  /** Written into the file, by key. */
  readonly metadata?: Readonly<Record<string, string>>;
};

/** Pairs of sizes that stand for any. Where one is a size of something else too, the graphs differ by it: the next pair decides. */
const SIZES = [
  [1009, 1013],
  [2003, 2011],
] as const;

/**
 * Writes a pure function of tensors as an ONNX file of standard operations, in the lowest opset that has them; variables have
 * their present values.
 *
 * @param fn As for `compile`, without randomness; outputs are named as in its result.
 * @throws TraceError if the function can't be a graph, draws keep-masks, or depends on a varying size by more than shapes.
 * @throws RangeError if more than one size varies.
 * @example
 * writeFileSync('model.onnx', toOnnx(({ x }) => ({ y: x.mul(2) }), { inputs: { x: { shape: ['batch', 3] } } }));
 */
export function toOnnx(fn: TraceFunction, { inputs, metadata = {} }: ToOnnxOptions): Uint8Array {
  const names = new Set(Object.values(inputs).flatMap(({ shape }) => shape.filter((size) => typeof size === 'string')));
  if (names.size > 1) {
    throw new RangeError(`Cannot write ONNX as at most one size may vary: got ${[...names].join(', ')}.`);
  }
  const [name] = names;
  const { graph, symbolicSizes } =
    name === undefined
      ? { graph: forInference(trace(fn, withSize(inputs, 1))), symbolicSizes: {} }
      : open(fn, inputs, name);
  return encodeOnnx(withOutputs(graph), { symbolicSizes, metadata });
}

/** The graph for every value of a size. */
function open(fn: TraceFunction, inputs: ToOnnxOptions['inputs'], name: string) {
  const attempt = (sizes: readonly [number, number]): { graph: Graph; symbolicSizes: SymbolicSizes } => {
    const graphOf = (size: number) => forInference(trace(fn, withSize(inputs, size)));
    return generalize([graphOf(sizes[0]), graphOf(sizes[1])], sizes, name, sourceOf(inputs, name));
  };
  const [pair, another] = SIZES;
  try {
    return attempt(pair);
  } catch (error) {
    if (!(error instanceof SizeError)) throw error;
    return attempt(another);
  }
}

function withSize(inputs: Readonly<Record<string, OnnxInput>>, size: number): Record<string, InputSpec> {
  return Object.fromEntries(
    Object.entries(inputs).map(([key, spec]) => [
      key,
      { ...spec, shape: spec.shape.map((length) => (typeof length === 'string' ? size : length)) },
    ]),
  );
}

function sourceOf(inputs: Readonly<Record<string, OnnxInput>>, name: string): SizeSource {
  const [input, { shape }] = Object.entries(inputs).find(([, spec]) => spec.shape.includes(name))!;
  return { input, axis: shape.indexOf(name) };
}

function forInference(traced: Traced): Graph {
  const { length } = traced.masks;
  if (length === 0) return optimize(freeze(traced).graph);
  throw new TraceError(
    `Cannot write ONNX as the function must not be random: got ${length} keep-masks; trace it for inference.`,
  );
}

/** In a file, inputs and outputs share one space of names. */
function withOutputs(graph: Graph): Graph {
  const clash = [...graph.outputs.keys()].find((name) => graph.inputs.has(name));
  if (clash === undefined) return graph;
  throw new RangeError(`Cannot write ONNX as an output must not have the name of an input: got ${clash}.`);
}
