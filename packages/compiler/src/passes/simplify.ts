import { broadcastShapes, type ConstantData, elementOf, type Graph, sameShape, sizeOf, type Value } from '../graph';
import { type Rule, rebuild } from './rebuild';

/** Removes operations that change nothing, shrinks constants that broadcast anyway, and collapses chains of reshapes and transposes. */
export function simplify(graph: Graph): Graph {
  return rebuild(graph, (node, context) => {
    for (const rule of RULES) {
      const outputs = rule(node, context);
      if (outputs) return outputs;
    }
    return undefined;
  });
}

const ELEMENTWISE: Record<string, (a: number, b: number) => number> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
};

const fillOf = (data: ConstantData | undefined) => (data && 'fill' in data ? data.fill : undefined);

/** Operations of two fills are a fill; of a full tensor and a fill of a number they need only the number. */
const arithmeticOfFills: Rule = (node, { builder, constant }) => {
  const compute = ELEMENTWISE[node.op];
  if (!compute) return undefined;
  const [a, b] = node.inputs as [Value, Value];
  const [output] = node.outputs as [Value];
  const [x, y] = [fillOf(constant(a)), fillOf(constant(b))];
  if (x !== undefined && y !== undefined && output.type === 'float32') {
    return [builder.fill(Math.fround(compute(x, y)), output.shape, 'float32')];
  }
  const changesNothing = (value: Value) => sameShape(value.shape, output.shape);
  if (y !== undefined && changesNothing(a)) {
    if (y === (node.op === 'Add' || node.op === 'Sub' ? 0 : 1)) return [a];
    if (node.op === 'Mul' && y === -1) return [builder.unary('Neg', a)];
  }
  if (x !== undefined && changesNothing(b)) {
    if ((node.op === 'Add' && x === 0) || (node.op === 'Mul' && x === 1)) return [b];
    if ((node.op === 'Sub' && x === 0) || (node.op === 'Mul' && x === -1)) return [builder.unary('Neg', b)];
  }
  const shrink = (value: Value, fill: number | undefined, other: Value) =>
    fill !== undefined && value.shape.length > 0 && sameShape(broadcastShapes([], other.shape), output.shape)
      ? builder.scalar(fill, value.type)
      : value;
  const [p, q] = [shrink(a, x, b), shrink(b, y, a)];
  return p === a && q === b ? undefined : builder.push({ ...node, inputs: [p, q] });
};

/** A fill, reshaped, expanded, transposed, tiled or cast, is a fill. */
const movedFills: Rule = (node, { builder, constant }) => {
  if (!['Reshape', 'Expand', 'Transpose', 'Tile', 'Slice', 'Cast', 'Neg', 'Split'].includes(node.op)) return undefined;
  const fill = fillOf(constant(node.inputs[0]!));
  if (fill === undefined) return undefined;
  return node.outputs.map((output) => {
    const from = node.inputs[0]!.type;
    if (node.op === 'Neg') return builder.fill(-fill, output.shape, output.type);
    if (node.op !== 'Cast' || from === output.type) return builder.fill(fill, output.shape, output.type);
    if (output.type === 'bool') return builder.fill(fill === 0 ? 0 : 1, output.shape, 'bool');
    return builder.fill(output.type === 'float32' ? Math.fround(fill) : Math.trunc(fill), output.shape, output.type);
  });
};

/** A reshape of a reshape is one; to the shape that is there already, none. */
const reshapes: Rule = (node, { builder, reshape, constant }) => {
  if (node.op !== 'Reshape') return undefined;
  const [output] = node.outputs as [Value];
  const data = constant(node.inputs[0]!);
  return [data ? builder.constant(data, output.shape, output.type) : reshape(node.inputs[0]!, output.shape)];
};

/** A transpose of a transpose is one; one that moves only axes of size 1 is a reshape; of a small constant it is done here. */
const transposes: Rule = (node, { builder, producer, reshape, constant }) => {
  if (node.op !== 'Transpose') return undefined;
  const [output] = node.outputs as [Value];
  const x = node.inputs[0]!;
  const perm = node.attributes['perm'] as readonly number[];
  const moved = perm.filter((axis) => x.shape[axis] !== 1);
  if (moved.every((axis, i) => i === 0 || moved[i - 1]! < axis)) {
    return [reshape(x, output.shape)];
  }
  const data = constant(x);
  if (data) return [builder.constant({ values: permuted(x, data, perm) }, output.shape, output.type)];
  const before = producer(x);
  if (before?.op !== 'Transpose') return undefined;
  const first = before.attributes['perm'] as readonly number[];
  const both = perm.map((axis) => first[axis]!);
  if (both.every((axis, i) => axis === i)) return [before.inputs[0]!];
  return builder.push({ ...node, inputs: [before.inputs[0]!], attributes: { perm: both } });
};

function permuted(x: Value, data: ConstantData, perm: readonly number[]): Float64Array {
  const strides = x.shape.map((_, axis) => sizeOf(x.shape.slice(axis + 1)));
  const shape = perm.map((axis) => x.shape[axis]!);
  const result = new Float64Array(sizeOf(shape));
  const at = shape.map(() => 0);
  for (let i = 0; i < result.length; i++) {
    result[i] = elementOf(
      data,
      perm.reduce((offset, axis, j) => offset + at[j]! * strides[axis]!, 0),
    );
    for (let j = shape.length - 1; j >= 0 && ++at[j]! === shape[j]; j--) at[j] = 0;
  }
  return result;
}

/** A cast to the type that is there. */
const casts: Rule = (node) =>
  node.op === 'Cast' && node.inputs[0]!.type === node.outputs[0]!.type ? [node.inputs[0]!] : undefined;

/** Bytes as floats, times a number, is one operation: that of a scaled keep-mask. */
const scaledBytes: Rule = (node, { builder, producer, constant }) => {
  if (node.op !== 'Mul') return undefined;
  const [a, scale] = node.inputs as [Value, Value];
  const factor = fillOf(constant(scale));
  const cast = factor === undefined || scale.shape.length > 0 ? undefined : producer(a);
  const bytes = cast?.op === 'Cast' ? cast.inputs[0]! : undefined;
  if (bytes?.type !== 'uint8' || a.type !== 'float32') return undefined;
  return [builder.add('DequantizeLinear', [bytes, scale], a.shape, 'float32')];
};

/** A reduction over axes of size 1 is a reshape. */
const trivialReductions: Rule = (node, { reshape }) => {
  if (!/^Reduce(Sum|Mean|Max|Min|Prod)$/.test(node.op)) return undefined;
  const x = node.inputs[0]!;
  const [output] = node.outputs as [Value];
  return sizeOf(x.shape) === sizeOf(output.shape) ? [reshape(x, output.shape)] : undefined;
};

/** A split into one. */
const trivialSplits: Rule = (node) => {
  if (node.op === 'Split' && node.outputs.length === 1) return [node.inputs[0]!];
  return undefined;
};

/** A concatenation of all outputs of one split along the same axis, in order, is what was split. */
const splitThenConcat: Rule = (node, { producer }) => {
  if (node.op !== 'Concat') return undefined;
  const split = producer(node.inputs[0]!);
  if (split?.op !== 'Split' || split.attributes['axis'] !== node.attributes['axis']) return undefined;
  const same = split.outputs.length === node.inputs.length && split.outputs.every((x, i) => x === node.inputs[i]);
  return same ? [split.inputs[0]!] : undefined;
};

const RULES: readonly Rule[] = [
  movedFills,
  arithmeticOfFills,
  reshapes,
  transposes,
  casts,
  scaledBytes,
  trivialReductions,
  trivialSplits,
  splitThenConcat,
];
