import type { GraphBuilder, Value } from '../graph';

/** What a TensorFlow.js kernel becomes: nodes added to a graph. It knows shapes and types, never values. */
export type Kernel = (
  graph: GraphBuilder,
  inputs: Readonly<Record<string, Value>>,
  attributes: Readonly<Record<string, never>>,
) => Value | Value[];

export type KernelTable = Readonly<Record<string, Kernel>>;

/** Types the inputs (by name) and attributes of a kernel, which TensorFlow.js hands over untyped. */
export function kernel<Names extends string, Attributes = unknown>(
  build: (graph: GraphBuilder, inputs: Record<Names, Value>, attributes: Attributes) => Value | Value[],
): Kernel {
  return build as unknown as Kernel;
}

/** Throws unless the value is numeric: ONNX has no arithmetic on booleans. */
export function numeric(value: Value): Value {
  if (value.type !== 'bool') return value;
  throw new TypeError('arithmetic needs numbers: got bool; cast it first');
}

/** Throws unless the value is of floats: of integers TensorFlow.js would cut sines and roots to integers, which nobody wants. */
export function real(value: Value): Value {
  if (value.type === 'float32') return value;
  throw new TypeError(`a function of real numbers needs float32: got ${value.type}; cast it first`);
}
