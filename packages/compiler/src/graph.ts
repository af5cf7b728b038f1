/** Element types of values in a graph, a subset of ONNX's. */
export type ElementType = 'float32' | 'float64' | 'int32' | 'int64' | 'uint8' | 'bool';

/** One tensor of a graph: what is known of it before it is computed. Its identity is the object itself. */
export type Value = { readonly shape: readonly number[]; readonly type: ElementType };

/** The contents of a constant: every element, or the one number that fills it. */
export type ConstantData = { readonly values: ArrayLike<number> } | { readonly fill: number };

export type Attribute = number | string | readonly number[] | { readonly float: number };

/** One operation, named as in ONNX. A missing optional input is `null`. */
export type Node = {
  readonly op: string;
  readonly domain?: string;
  readonly inputs: readonly (Value | null)[];
  readonly outputs: readonly Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
};

/** A computation without control flow; `nodes` are in an order in which they can run. */
export type Graph = {
  readonly inputs: ReadonlyMap<string, Value>;
  readonly outputs: ReadonlyMap<string, Value>;
  readonly constants: ReadonlyMap<Value, ConstantData>;
  readonly nodes: readonly Node[];
};

export type NodeOptions = {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly domain?: string;
};

/** The number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The shape that two shapes broadcast to. */
export function broadcastShapes(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new RangeError(`Cannot broadcast as sizes must match or be 1: got [${a}] and [${b}].`);
    }
    return x === 1 ? y : x;
  });
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** The value under index `i` of a constant. */
export function elementOf(data: ConstantData, i: number): number {
  return 'fill' in data ? data.fill : data.values[i]!;
}

/** Appends nodes and constants; the kernels and the passes write graphs with it. */
export class GraphBuilder {
  readonly constants = new Map<Value, ConstantData>();
  readonly nodes: Node[] = [];
  private readonly scalars = new Map<string, Value>();

  /** A node with one output. A tensor without elements needs no node. */
  add(
    op: string,
    inputs: readonly (Value | null)[],
    shape: readonly number[],
    type: ElementType,
    { attributes = {}, domain }: NodeOptions = {},
  ): Value {
    const output: Value = { shape, type };
    if (sizeOf(shape) === 0) {
      this.constants.set(output, { fill: 0 });
      return output;
    }
    this.nodes.push({ op, inputs, outputs: [output], attributes, ...(domain ? { domain } : {}) });
    return output;
  }

  push(node: Node): readonly Value[] {
    this.nodes.push(node);
    return node.outputs;
  }

  constant(data: ConstantData, shape: readonly number[], type: ElementType): Value {
    const value: Value = { shape, type };
    this.constants.set(value, uniform(data, sizeOf(shape)));
    return value;
  }

  /** A constant filled with one number; equal ones are one value. */
  fill(fill: number, shape: readonly number[], type: ElementType): Value {
    const key = `${type}:${Object.is(fill, -0) ? '-0' : fill}:${shape}`;
    let value = this.scalars.get(key);
    if (!value) {
      value = { shape, type };
      this.constants.set(value, { fill });
      this.scalars.set(key, value);
    }
    return value;
  }

  scalar(fill: number, type: ElementType = 'float32'): Value {
    return this.fill(fill, [], type);
  }

  /** A vector of int64, as ONNX takes shapes, axes and offsets. */
  ints(values: readonly number[]): Value {
    return this.constant({ values }, [values.length], 'int64');
  }

  /** An elementwise operation of two values that broadcast. */
  binary(op: string, a: Value, b: Value, type: ElementType = a.type): Value {
    return this.add(op, [a, b], broadcastShapes(a.shape, b.shape), type);
  }

  unary(op: string, x: Value, type: ElementType = x.type, attributes: Readonly<Record<string, Attribute>> = {}): Value {
    return this.add(op, [x], x.shape, type, { attributes });
  }

  cast(x: Value, type: ElementType): Value {
    return x.type === type ? x : this.add('Cast', [x], x.shape, type, { attributes: { to: type } });
  }

  reshape(x: Value, shape: readonly number[]): Value {
    return sameShape(x.shape, shape) ? x : this.add('Reshape', [x, this.ints(shape)], shape, x.type);
  }

  transpose(x: Value, perm: readonly number[]): Value {
    if (perm.every((axis, i) => axis === i)) return x;
    const shape = perm.map((axis) => x.shape[axis]!);
    return this.add('Transpose', [x], shape, x.type, { attributes: { perm } });
  }

  where(condition: Value, a: Value, b: Value): Value {
    const shape = broadcastShapes(condition.shape, broadcastShapes(a.shape, b.shape));
    if (a.type !== 'bool') return this.add('Where', [condition, a, b], shape, a.type);
    return this.cast(
      this.add('Where', [condition, this.cast(a, 'uint8'), this.cast(b, 'uint8')], shape, 'uint8'),
      'bool',
    );
  }

  /** Elements from `begin` up to, not including, `end` in steps of `step` along each axis; negative ends count as ONNX counts. */
  slice(
    x: Value,
    begin: readonly number[],
    end: readonly number[],
    step: readonly number[],
    shape: readonly number[],
  ): Value {
    const axes = x.shape
      .map((_, axis) => axis)
      .filter((axis) => begin[axis] !== 0 || end[axis] !== x.shape[axis] || step[axis] !== 1);
    if (axes.length === 0) return x;
    const pick = (values: readonly number[]) => this.ints(axes.map((axis) => values[axis]!));
    return this.add('Slice', [x, pick(begin), pick(end), this.ints(axes), pick(step)], shape, x.type);
  }

  concat(xs: readonly Value[], axis: number): Value {
    const first = xs[0]!;
    const shape = first.shape.slice();
    shape[axis] = xs.reduce((sum, x) => sum + x.shape[axis]!, 0);
    const filled = xs.filter((x) => sizeOf(x.shape) > 0);
    if (filled.length === 1) return filled[0]!;
    return this.add('Concat', filled, shape, first.type, { attributes: { axis } });
  }

  split(x: Value, sizes: readonly number[], axis: number): Value[] {
    if (sizes.length === 1) return [x];
    const outputs = sizes.map(
      (size): Value => ({ shape: x.shape.map((s, i) => (i === axis ? size : s)), type: x.type }),
    );
    if (sizeOf(x.shape) === 0) {
      for (const output of outputs) this.constants.set(output, { fill: 0 });
    } else {
      this.push({ op: 'Split', inputs: [x, this.ints(sizes)], outputs, attributes: { axis } });
    }
    return outputs;
  }

  /** A reduction over `axes`; of no axes it is the value itself. */
  reduce(op: string, x: Value, axes: readonly number[], keepDims: boolean): Value {
    const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const shape = keepDims ? kept : x.shape.filter((_, axis) => !axes.includes(axis));
    if (axes.length === 0) return x;
    return this.add(op, [x], shape, x.type, { attributes: { axes, keepdims: keepDims ? 1 : 0 } });
  }

  /** Matrix product over the last two axes; the others broadcast. */
  matMul(a: Value, b: Value): Value {
    const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const shape = [...batch, a.shape.at(-2)!, b.shape.at(-1)!];
    return a.shape.at(-1) === 0 ? this.fill(0, shape, a.type) : this.add('MatMul', [a, b], shape, a.type);
  }
}

function uniform(data: ConstantData, size: number): ConstantData {
  if ('fill' in data || size === 0) return 'fill' in data ? data : { fill: 0 };
  const first = data.values[0]!;
  for (let i = 1; i < size; i++) if (!Object.is(data.values[i], first)) return data;
  return { fill: first };
}
