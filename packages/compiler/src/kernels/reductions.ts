import * as tf from '@tensorflow/tfjs';
import { type GraphBuilder, sizeOf, type Value } from '../graph';
import { type KernelTable, kernel, real } from './kernel';

type ReduceAttrs = { axis: number | number[]; keepDims?: boolean };

/** A reduction, and what it gives over no element at all. */
const reduction = (op: string, ofNothing: number) =>
  kernel<'x', ReduceAttrs>((g, { x }, { axis, keepDims }) => reduce(g, op, x, axesOf(x, axis), keepDims, ofNothing));

function axesOf(x: Value, axis: number | number[]): number[] {
  return tf.util.parseAxisParam(axis, x.shape.slice());
}

function reduce(g: GraphBuilder, op: string, x: Value, axes: number[], keepDims = false, ofNothing = 0): Value {
  const input = x.type === 'bool' ? g.cast(x, 'int32') : x;
  const result = g.reduce(op, input, axes, keepDims);
  if (sizeOf(x.shape) > 0 || sizeOf(result.shape) === 0) return result;
  g.nodes.pop();
  return g.fill(ofNothing, result.shape, input.type);
}

// of nothing the cpu backend makes false, for all too
const logicalReduction = (op: string) =>
  kernel<'x', ReduceAttrs>((g, { x }, { axis, keepDims }) =>
    g.cast(reduce(g, op, x, axesOf(x, axis), keepDims), 'bool'),
  );

const extremeIndex = (op: string) =>
  kernel<'x', { axis: number }>((g, { x }, { axis }) => {
    const along = axesOf(x, axis)[0]!;
    const shape = x.shape.filter((_, i) => i !== along);
    const attributes = { axis: along, keepdims: 0 };
    const index = (of: Value) => g.cast(g.add(op, [of], shape, 'int64', { attributes }), 'int32');
    if (x.type !== 'float32') return index(x.type === 'bool' ? g.cast(x, 'int32') : x);
    // nothing is greater than NaN: one in first place wins, others lose
    const undefinedThere = g.unary('IsNaN', x, 'bool');
    const compared = g.where(undefinedThere, g.scalar(op === 'ArgMax' ? -Infinity : Infinity), x);
    const rest = x.shape[along]! - 1;
    const first = rest > 0 ? g.split(undefinedThere, [1, rest], along)[0]! : undefinedThere;
    return g.where(g.reshape(first, shape), g.scalar(0, 'int32'), index(compared));
  });

/** An extreme that is NaN if any element is; ONNX Runtime leaves that open. */
const extreme = (op: 'ReduceMax' | 'ReduceMin') => (g: GraphBuilder, x: Value, axes: number[], keepDims: boolean) => {
  const result = reduce(g, op, x, axes, keepDims, x.type === 'float32' ? Number.NaN : 0);
  if (x.type !== 'float32' || sizeOf(x.shape) === 0) return g.cast(result, x.type);
  const anyNaN = g.reduce('ReduceMax', g.cast(g.unary('IsNaN', x, 'bool'), 'float32'), axes, keepDims);
  return g.where(g.cast(anyNaN, 'bool'), g.scalar(Number.NaN), result);
};
const maximum = extreme('ReduceMax');
const minimum = extreme('ReduceMin');

/** Products of all elements up to each, in log2(n) multiplications by shifted copies. */
function cumulativeProduct(g: GraphBuilder, x: Value, axis: number, exclusive: boolean, reverse: boolean): Value {
  const n = x.shape[axis]!;
  const shifted = (value: Value, by: number): Value => {
    const ones = g.fill(
      1,
      x.shape.map((size, i) => (i === axis ? by : size)),
      x.type,
    );
    const [first, second] = g.split(value, reverse ? [by, n - by] : [n - by, by], axis) as [Value, Value];
    return g.concat(reverse ? [second, ones] : [ones, first], axis);
  };
  if (n === 0) return x;
  let result = exclusive ? (n === 1 ? g.fill(1, x.shape, x.type) : shifted(x, 1)) : x;
  for (let by = 1; by < n; by *= 2) result = g.binary('Mul', result, shifted(result, by));
  return result;
}

export const reductions: KernelTable = {
  Sum: reduction('ReduceSum', 0),
  Mean: kernel<'x', ReduceAttrs>((g, { x }, { axis, keepDims }) =>
    reduce(g, 'ReduceMean', g.cast(x, 'float32'), axesOf(x, axis), keepDims, 0),
  ),
  Prod: reduction('ReduceProd', 1),
  Max: kernel<'x', { reductionIndices: number | number[]; keepDims: boolean }>(
    (g, { x }, { reductionIndices, keepDims }) => maximum(g, x, axesOf(x, reductionIndices), keepDims),
  ),
  Min: kernel<'x', ReduceAttrs>((g, { x }, { axis, keepDims }) => minimum(g, x, axesOf(x, axis), keepDims ?? false)),
  All: logicalReduction('ReduceMin'),
  Any: logicalReduction('ReduceMax'),
  ArgMax: extremeIndex('ArgMax'),
  ArgMin: extremeIndex('ArgMin'),
  Cumsum: kernel<'x', tf.CumsumAttrs>((g, { x }, { axis, exclusive, reverse }) => {
    const input = x.type === 'bool' ? g.cast(x, 'int32') : x;
    const attributes = { exclusive: exclusive ? 1 : 0, reverse: reverse ? 1 : 0 };
    return g.add('CumSum', [input, g.scalar(axesOf(x, axis)[0]!, 'int64')], x.shape, input.type, { attributes });
  }),
  Cumprod: kernel<'x', tf.CumprodAttrs>((g, { x }, { axis, exclusive, reverse }) =>
    cumulativeProduct(g, x.type === 'bool' ? g.cast(x, 'int32') : x, axesOf(x, axis)[0]!, exclusive, reverse),
  ),
  Softmax: kernel<'logits', tf.SoftmaxAttrs>((g, { logits }, { dim }) =>
    g.unary('Softmax', real(logits), 'float32', { axis: axesOf(logits, dim)[0]! }),
  ),
};
