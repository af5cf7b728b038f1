import { TraceError } from './errors';
import {
  type ConstantData,
  elementOf,
  type Graph,
  GraphBuilder,
  type Node,
  sameShape,
  sizeOf,
  type Value,
} from './graph';

/** Where a size is read from at run time: an axis of an input. */
export type SizeSource = { readonly input: string; readonly axis: number };

/** The names of the sizes of inputs and outputs that vary, by name and axis, as an ONNX file tells them. */
export type SymbolicSizes = Record<string, Record<number, string>>;

/**
 * One graph for all values of a size, from its graphs for two: what differs between them must be shapes, and those linear in the size.
 *
 * @param sizes The size in the first and in the second graph.
 * @throws TraceError if anything else differs.
 */
export function generalize(
  [first, second]: readonly [Graph, Graph],
  sizes: readonly [number, number],
  name: string,
  source: SizeSource,
): { graph: Graph; symbolicSizes: SymbolicSizes } {
  if (first.nodes.length !== second.nodes.length) throw varies(name, 'the operations');
  const builder = new GraphBuilder();
  const shapes = new DynamicShapes(builder, sizes, name, first.inputs.get(source.input)!, source.axis);
  const replaced = new Map<Value, Value>();
  const generalizeConstant = (value: Value, other: Value | null | undefined, node: Node | undefined): Value => {
    const data = first.constants.get(value);
    if (!data) return value;
    const known = replaced.get(value);
    if (known) return known;
    const otherData = other ? second.constants.get(other) : undefined;
    if (!other || !otherData) throw varies(name, 'the operations');
    const result = constantFor(value, data, other, otherData, node);
    replaced.set(value, result);
    return result;
  };
  const constantFor = (a: Value, x: ConstantData, b: Value, y: ConstantData, node: Node | undefined): Value => {
    if (sameShape(a.shape, b.shape) && sameElements(x, y, sizeOf(a.shape))) return builder.constant(x, a.shape, a.type);
    if (a.type === 'int64' && sameShape(a.shape, b.shape) && a.shape.length === 1) {
      const vector = (data: ConstantData) => Array.from({ length: sizeOf(a.shape) }, (_, i) => elementOf(data, i));
      return shapes.vector(vector(x), vector(y), node?.op === 'Reshape');
    }
    if ('fill' in x && 'fill' in y && Object.is(x.fill, y.fill) && a.shape.length === b.shape.length) {
      return builder.add(
        'Expand',
        [builder.scalar(x.fill, a.type), shapes.vector(a.shape, b.shape, false)],
        a.shape,
        a.type,
      );
    }
    throw varies(name, `a constant [${a.shape}]`);
  };
  for (const [i, node] of first.nodes.entries()) {
    const other = second.nodes[i]!;
    const same = node.op === other.op && JSON.stringify(node.attributes) === JSON.stringify(other.attributes);
    if (!same) throw varies(name, `${node.op} (${other.op} in the other)`);
    const inputs = node.inputs.map((input, j) => input && generalizeConstant(input, other.inputs[j], node));
    builder.push({ ...node, inputs });
  }
  const outputs = new Map(
    [...first.outputs].map(([key, value]) => [key, generalizeConstant(value, second.outputs.get(key), undefined)]),
  );
  const symbolicSizes: SymbolicSizes = {};
  for (const side of ['inputs', 'outputs'] as const) {
    for (const [key, { shape }] of first[side]) {
      const names = shape.map((size, axis) => shapes.nameOf(size, second[side].get(key)!.shape[axis]!));
      symbolicSizes[key] = Object.fromEntries(names.flatMap((text, axis) => (text ? [[axis, text]] : [])));
    }
  }
  const graph = { inputs: first.inputs, outputs, constants: builder.constants, nodes: builder.nodes };
  return { graph, symbolicSizes };
}

/** What depends on a size isn't shapes alone. */
export class SizeError extends TraceError {}

function varies(name: string, what: string): SizeError {
  return new SizeError(
    `Cannot leave ${name} open as only shapes may depend on it: got ${what} that differs between two sizes; give the size as a number.`,
  );
}

function sameElements(a: ConstantData, b: ConstantData, size: number): boolean {
  if ('fill' in a && 'fill' in b) return Object.is(a.fill, b.fill);
  for (let i = 0; i < size; i++) if (!Object.is(elementOf(a, i), elementOf(b, i))) return false;
  return true;
}

/** Vectors of int64 that are computed from one size at run time. */
class DynamicShapes {
  private size: Value | undefined;
  private readonly elements = new Map<string, Value>();

  constructor(
    private readonly builder: GraphBuilder,
    private readonly sizes: readonly [number, number],
    private readonly name: string,
    private readonly input: Value,
    private readonly axis: number,
  ) {}

  /** @param inferred Whether -1 stands for the one element that is whatever is left. */
  vector(a: readonly number[], b: readonly number[], inferred: boolean): Value {
    const varying = a.filter((x, i) => x !== b[i]).length;
    if (inferred && varying === 1 && !a.includes(0)) return this.builder.ints(a.map((x, i) => (x === b[i] ? x : -1)));
    const parts = a.map((x, i) => (x === b[i] ? this.builder.ints([x]) : this.element(x, b[i]!)));
    return parts.length === 1 ? parts[0]! : this.builder.concat(parts, 0);
  }

  /** What the file calls a size of an input or output; nothing if it is fixed. */
  nameOf(a: number, b: number): string | undefined {
    if (a === b) return undefined;
    const { factor, offset } = this.linear(a, b);
    const product = factor === 1 ? this.name : `${factor}*${this.name}`;
    return offset === 0 ? product : `${product}+${offset}`;
  }

  private element(a: number, b: number): Value {
    const { factor, offset } = this.linear(a, b);
    const key = `${factor},${offset}`;
    let element = this.elements.get(key);
    if (!element) {
      const { builder } = this;
      const scaled =
        factor === 1 ? this.sizeAtRunTime() : builder.binary('Mul', this.sizeAtRunTime(), builder.ints([factor]));
      element = offset === 0 ? scaled : builder.binary('Add', scaled, builder.ints([offset]));
      this.elements.set(key, element);
    }
    return element;
  }

  private linear(a: number, b: number): { factor: number; offset: number } {
    const factor = (b - a) / (this.sizes[1] - this.sizes[0]);
    const offset = a - factor * this.sizes[0];
    if (!Number.isInteger(factor) || !Number.isInteger(offset)) throw varies(this.name, `a size of ${a}, then ${b},`);
    return { factor, offset };
  }

  private sizeAtRunTime(): Value {
    if (!this.size) {
      const { builder, input, axis } = this;
      const shape = builder.add('Shape', [input], [input.shape.length], 'int64');
      this.size = builder.add('Gather', [shape, builder.ints([axis])], [1], 'int64', { attributes: { axis: 0 } });
    }
    return this.size;
  }
}
