import * as tf from '@tensorflow/tfjs';
import { type GraphBuilder, sizeOf, type Value } from '../graph';
import { type KernelTable, kernel, numeric } from './kernel';

/** `x` along `axis` under indices; the first `batchDims` axes of both belong together. */
function gather(g: GraphBuilder, x: Value, indices: Value, axis: number, batchDims: number): Value {
  const shape = [...x.shape.slice(0, axis), ...indices.shape.slice(batchDims), ...x.shape.slice(axis + 1)];
  if (batchDims === 0) return g.add('Gather', [x, indices], shape, x.type, { attributes: { axis } });
  const batch = sizeOf(x.shape.slice(0, batchDims));
  const outer = sizeOf(x.shape.slice(batchDims, axis));
  const size = x.shape[axis]!;
  const inner = sizeOf(x.shape.slice(axis + 1));
  const count = sizeOf(indices.shape) / batch;
  const rows = g.reshape(g.transpose(g.reshape(x, [batch, outer, size, inner]), [0, 2, 1, 3]), [
    batch * size,
    outer * inner,
  ]);
  const offsets = g.constant({ values: Int32Array.from({ length: batch }, (_, i) => i * size) }, [batch, 1], 'int32');
  const flat = g.reshape(g.binary('Add', g.reshape(indices, [batch, count]), offsets), [batch * count]);
  const taken = g.add('Gather', [rows, flat], [batch * count, outer * inner], x.type, { attributes: { axis: 0 } });
  return g.reshape(g.transpose(g.reshape(taken, [batch, count, outer, inner]), [0, 2, 1, 3]), shape);
}

/** 1 where an index names the column: `[...] -> [..., depth]`, bool. */
function oneHot(g: GraphBuilder, indices: Value, depth: number): Value {
  const columns = g.constant({ values: Int32Array.from({ length: depth }, (_, i) => i) }, [depth], 'int32');
  return g.binary('Equal', g.reshape(indices, [...indices.shape, 1]), columns, 'bool');
}

/** Adds rows of `x` into `count` rows by index; rows with an index out of range are left out. */
function segmentSum(g: GraphBuilder, x: Value, ids: Value, count: number): Value {
  const row = x.shape.slice(ids.shape.length);
  const n = sizeOf(ids.shape);
  if (n === 0) return g.fill(0, [count, ...row], x.type);
  const valid = g.binary(
    'And',
    g.binary('GreaterOrEqual', ids, g.scalar(0, 'int32'), 'bool'),
    g.binary('Less', ids, g.scalar(count, 'int32'), 'bool'),
    'bool',
  );
  // rows that belong nowhere go to one more row, which is cut off
  const target = g.reshape(g.cast(g.where(valid, ids, g.scalar(count, 'int32')), 'int64'), [n, 1]);
  const shape = [count + 1, ...row];
  const zeros = g.fill(0, shape, x.type);
  const sums = g.add('ScatterND', [zeros, target, g.reshape(x, [n, ...row])], shape, x.type, {
    attributes: { reduction: 'add' },
  });
  const cut = [count, ...row];
  return g.slice(
    sums,
    shape.map(() => 0),
    cut,
    shape.map(() => 1),
    cut,
  );
}

function scatter(g: GraphBuilder, into: Value, indices: Value, updates: Value, reduction: 'add' | 'none'): Value {
  if (sizeOf(updates.shape) === 0) return into;
  return g.add('ScatterND', [into, g.cast(indices, 'int64'), updates], into.shape, into.type, {
    attributes: { reduction },
  });
}

/** How often each number below `size` is in the last axis, or the sum of its weights. */
function binCounts(g: GraphBuilder, x: Value, weights: Value, size: number): Value {
  const hits = oneHot(g, x, size);
  const weight = sizeOf(weights.shape) > 0 ? g.reshape(weights, [...x.shape, 1]) : g.scalar(1, weights.type);
  return g.reduce('ReduceSum', g.where(hits, weight, g.scalar(0, weights.type)), [x.shape.length - 1], false);
}

export const indexing: KernelTable = {
  GatherV2: kernel<'x' | 'indices', tf.GatherV2Attrs>((g, { x, indices }, { axis, batchDims }) =>
    gather(g, x, g.cast(indices, 'int32'), tf.util.parseAxisParam(axis, x.shape.slice())[0]!, batchDims ?? 0),
  ),
  GatherNd: kernel<'params' | 'indices'>((g, { params, indices }) => {
    const depth = indices.shape.at(-1)!;
    const shape = [...indices.shape.slice(0, -1), ...params.shape.slice(depth)];
    return g.add('GatherND', [params, g.cast(indices, 'int64')], shape, params.type);
  }),
  OneHot: kernel<'indices', tf.OneHotAttrs>((g, { indices }, { depth, onValue, offValue, dtype }) => {
    const type = (dtype ?? 'float32') as 'float32';
    return g.where(oneHot(g, indices, depth), g.scalar(onValue, type), g.scalar(offValue, type));
  }),
  UnsortedSegmentSum: kernel<'x' | 'segmentIds', tf.UnsortedSegmentSumAttrs>((g, { x, segmentIds }, { numSegments }) =>
    // floats whatever x is, as there
    segmentSum(g, g.cast(x, 'float32'), segmentIds, numSegments),
  ),
  ScatterNd: kernel<'indices' | 'updates', tf.ScatterNdAttrs>((g, { indices, updates }, { shape }) =>
    scatter(g, g.fill(0, shape, numeric(updates).type), indices, updates, 'add'),
  ),
  TensorScatterUpdate: kernel<'tensor' | 'indices' | 'updates'>((g, { tensor, indices, updates }) =>
    scatter(g, tensor, indices, updates, 'none'),
  ),
  SparseToDense: kernel<'sparseIndices' | 'sparseValues' | 'defaultValue', tf.SparseToDenseAttrs>(
    (g, { sparseIndices, sparseValues, defaultValue }, { outputShape }) => {
      const depth = outputShape.length;
      const count = sizeOf(sparseIndices.shape) / depth;
      const into = g.add('Expand', [defaultValue, g.ints(outputShape)], outputShape, sparseValues.type);
      const updates = g.add('Expand', [sparseValues, g.ints([count])], [count], sparseValues.type);
      return scatter(g, into, g.reshape(sparseIndices, [count, depth]), updates, 'none');
    },
  ),
  Bincount: kernel<'x' | 'weights', tf.BincountAttrs>((g, { x, weights }, { size }) => binCounts(g, x, weights, size)),
  DenseBincount: kernel<'x' | 'weights', tf.DenseBincountAttrs>((g, { x, weights }, { size, binaryOutput }) => {
    if (!binaryOutput || x.shape.length === 1) return binCounts(g, x, weights, size);
    if (sizeOf(x.shape) === 0) return g.fill(0, [x.shape[0]!, size], weights.type);
    const any = g.reduce('ReduceMax', g.cast(oneHot(g, x, size), 'int32'), [1], false);
    return g.cast(any, weights.type);
  }),
  SearchSorted: kernel<'sortedSequence' | 'values', tf.SearchSortedAttrs>((g, { sortedSequence, values }, { side }) => {
    const [rows, length] = sortedSequence.shape as [number, number];
    const count = values.shape[1]!;
    const less = g.binary(
      side === 'left' ? 'Less' : 'LessOrEqual',
      g.reshape(numeric(sortedSequence), [rows, 1, length]),
      g.reshape(values, [rows, count, 1]),
      'bool',
    );
    return g.reduce('ReduceSum', g.cast(less, 'int32'), [2], false);
  }),
  TopK: kernel<'x', tf.TopKAttrs>((g, { x }, { k, sorted }) => {
    const shape = [...x.shape.slice(0, -1), k];
    if (sizeOf(shape) === 0) return [g.fill(0, shape, x.type), g.fill(0, shape, 'int32')];
    const input = x.type === 'bool' ? g.cast(x, 'int32') : x;
    const values: Value = { shape, type: input.type };
    const indices: Value = { shape, type: 'int64' };
    const attributes = { axis: x.shape.length - 1, largest: 1, sorted: sorted ? 1 : 0 };
    g.push({ op: 'TopK', inputs: [input, g.ints([k])], outputs: [values, indices], attributes });
    return [g.cast(values, x.type), g.cast(indices, 'int32')];
  }),
};

export { gather, segmentSum };
