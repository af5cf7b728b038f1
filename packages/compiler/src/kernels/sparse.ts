import * as tf from '@tensorflow/tfjs';
import { elementOf, type GraphBuilder, sizeOf, type Value } from '../graph';
import { gather, segmentSum } from './indexing';
import { type KernelTable, kernel, real } from './kernel';

/** The numbers of a vector that shapes depend on: they must be there while tracing. */
function known(g: GraphBuilder, value: Value, what: string): number[] {
  const data = g.constants.get(value);
  if (data) return Array.from({ length: sizeOf(value.shape) }, (_, i) => elementOf(data, i));
  throw new TypeError(
    `${what} must be known while tracing, as shapes depend on it: got a computed tensor; give numbers`,
  );
}

/** The sums of chosen rows by segment; of the last segment's number depends how many there are. */
function rowSums(g: GraphBuilder, data: Value, indices: Value, segmentIds: Value): { sums: Value; counts: number[] } {
  const ids = known(g, segmentIds, 'segmentIds');
  if (ids.some((id, i) => id < 0 || id < (ids[i - 1] ?? 0))) {
    throw new RangeError(`segmentIds must be sorted numbers from 0 on: got ${ids}`);
  }
  const counts = Array<number>(ids.length === 0 ? 0 : ids.at(-1)! + 1).fill(0);
  for (const id of ids) counts[id]!++;
  return { sums: segmentSum(g, gather(g, data, indices, 0, 0), segmentIds, counts.length), counts };
}

export const sparse: KernelTable = {
  BroadcastArgs: kernel<'s0' | 's1'>((g, { s0, s1 }) => {
    const shape = tf.broadcast_util.assertAndGetBroadcastShape(known(g, s0, 's0'), known(g, s1, 's1'));
    return g.constant({ values: shape }, [shape.length], 'int32');
  }),
  SparseReshape: kernel<'inputIndices' | 'inputShape' | 'newShape'>((g, { inputIndices, inputShape, newShape }) => {
    const from = known(g, inputShape, 'inputShape');
    const to = tf.util.inferFromImplicitShape(known(g, newShape, 'newShape'), sizeOf(from));
    if (sizeOf(to) !== sizeOf(from)) throw new RangeError(`a shape must keep its size: got [${from}] to [${to}]`);
    const row = (values: readonly number[]) => g.constant({ values }, [values.length], 'int32');
    const stridesOf = (shape: readonly number[]) => shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
    const place = g.reduce('ReduceSum', g.binary('Mul', inputIndices, row(stridesOf(from))), [1], true);
    // a place below the size of the whole: the first index needs no remainder, the others do
    const indices = g.binary('Mod', g.binary('Div', place, row(stridesOf(to))), row(to));
    return [indices, row(to)];
  }),
  SparseSegmentSum: kernel<'data' | 'indices' | 'segmentIds'>((g, { data, indices, segmentIds }) => {
    return rowSums(g, data, indices, segmentIds).sums;
  }),
  SparseSegmentMean: kernel<'data' | 'indices' | 'segmentIds'>((g, { data, indices, segmentIds }) => {
    const { sums, counts } = rowSums(g, real(data), indices, segmentIds);
    const shape = [counts.length, ...data.shape.slice(1).map(() => 1)];
    const divisors = counts.map((count) => Math.max(count, 1));
    return g.binary('Div', sums, g.constant({ values: divisors }, shape, 'float32'));
  }),
};
