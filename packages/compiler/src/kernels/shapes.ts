import * as tf from '@tensorflow/tfjs';
import { type GraphBuilder, sizeOf, type Value } from '../graph';
import { elementType } from './elementwise';
import { type KernelTable, kernel } from './kernel';

const axisOf = (axis: number, rank: number) => (axis < 0 ? axis + rank : axis);

function insertAxis(shape: readonly number[], axis: number): number[] {
  return [...shape.slice(0, axis), 1, ...shape.slice(axis)];
}

function range({ start, stop, step, dtype }: tf.RangeAttrs): Float32Array | Int32Array {
  const empty = start === stop || (start < stop && step < 0) || (stop < start && step > 1);
  const count = empty ? 0 : Math.abs(Math.ceil((stop - start) / step));
  const increment = stop < start && step === 1 ? -1 : step;
  const values = dtype === 'int32' ? new Int32Array(count) : new Float32Array(count);
  if (count > 0) values[0] = start;
  for (let i = 1; i < count; i++) values[i] = values[i - 1]! + increment;
  return values;
}

export function pad(g: GraphBuilder, x: Value, paddings: readonly (readonly [number, number])[], value: number): Value {
  const shape = x.shape.map((size, axis) => size + paddings[axis]![0] + paddings[axis]![1]);
  if (sizeOf(x.shape) === 0) return g.fill(value, shape, x.type);
  if (paddings.every(([before, after]) => before === 0 && after === 0)) return x;
  const input = x.type === 'bool' ? g.cast(x, 'uint8') : x;
  const pads = g.ints([...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)]);
  return g.cast(g.add('Pad', [input, pads, g.scalar(value, input.type)], shape, input.type), x.type);
}

/** Takes elements of `x` along one axis under constant positions. */
export function take(g: GraphBuilder, x: Value, positions: readonly number[], axis: number): Value {
  const shape = x.shape.map((size, i) => (i === axis ? positions.length : size));
  return g.add('Gather', [x, g.ints(positions)], shape, x.type, { attributes: { axis } });
}

/** The positions that a mirrored axis reads: [3, 2, | 1, 2, 3 | 2, 1] less one for 'reflect'. */
function mirrored(size: number, [before, after]: readonly [number, number], mode: 'reflect' | 'symmetric'): number[] {
  const edge = mode === 'reflect' ? 0 : 1;
  return Array.from({ length: before + size + after }, (_, i) => {
    const at = i - before;
    if (at < 0) return -at - edge;
    return at >= size ? 2 * (size - 1) - at + edge : at;
  });
}

function reverse(g: GraphBuilder, x: Value, axes: readonly number[]): Value {
  const along = (axis: number) => axes.includes(axis) && x.shape[axis]! > 1;
  return g.slice(
    x,
    x.shape.map((_, axis) => (along(axis) ? -1 : 0)),
    x.shape.map((size, axis) => (along(axis) ? -(2 ** 31) : size)),
    x.shape.map((_, axis) => (along(axis) ? -1 : 1)),
    x.shape,
  );
}

/** Permutes blocks between the depth or batch axis and space: reshape, transpose, reshape. */
function rearrange(
  g: GraphBuilder,
  x: Value,
  split: readonly number[],
  perm: readonly number[],
  shape: readonly number[],
): Value {
  return g.reshape(g.transpose(g.reshape(x, split), perm), shape);
}

export const shapes: KernelTable = {
  Identity: kernel<'x'>((_, { x }) => x),
  Reshape: kernel<'x', tf.ReshapeAttrs>((g, { x }, { shape }) =>
    g.reshape(x, tf.util.inferFromImplicitShape(shape.slice(), sizeOf(x.shape))),
  ),
  ExpandDims: kernel<'input', tf.ExpandDimsAttrs>((g, { input }, { dim }) =>
    g.reshape(input, insertAxis(input.shape, axisOf(dim, input.shape.length + 1))),
  ),
  Transpose: kernel<'x', tf.TransposeAttrs>((g, { x }, { perm }) => g.transpose(x, perm)),
  Concat: (g, inputs, attributes) => {
    const xs = Object.values(inputs);
    const { axis } = attributes as unknown as tf.ConcatAttrs;
    return g.concat(xs, axisOf(axis, xs[0]!.shape.length));
  },
  Pack: (g, inputs, attributes) => {
    const xs = Object.values(inputs);
    const axis = axisOf((attributes as unknown as tf.PackAttrs).axis, xs[0]!.shape.length + 1);
    return g.concat(
      xs.map((x) => g.reshape(x, insertAxis(x.shape, axis))),
      axis,
    );
  },
  Unpack: kernel<'value', tf.UnpackAttrs>((g, { value }, { axis }) => {
    const along = axisOf(axis, value.shape.length);
    const shape = value.shape.filter((_, i) => i !== along);
    return g
      .split(
        value,
        Array.from({ length: value.shape[along]! }, () => 1),
        along,
      )
      .map((part) => g.reshape(part, shape));
  }),
  SplitV: kernel<'x', tf.SplitVAttrs>((g, { x }, { numOrSizeSplits, axis }) => {
    const along = axisOf(axis, x.shape.length);
    const sizes = tf.backend_util.prepareSplitSize({ shape: x.shape.slice() } as tf.Tensor, numOrSizeSplits, along);
    return g.split(x, sizes, along);
  }),
  Slice: kernel<'x', tf.SliceAttrs>((g, { x }, { begin, size }) => {
    const [from, sizes] = tf.slice_util.parseSliceParams({ shape: x.shape.slice() } as tf.Tensor, begin, size) as [
      number[],
      number[],
    ];
    const to = from.map((start, axis) => start + sizes[axis]!);
    return g.slice(
      x,
      from,
      to,
      from.map(() => 1),
      sizes,
    );
  }),
  StridedSlice: kernel<'x', tf.StridedSliceAttrs>((g, { x }, a) => {
    const info = tf.slice_util.sliceInfo(
      x.shape.slice(),
      a.begin,
      a.end,
      a.strides,
      a.beginMask,
      a.endMask,
      a.ellipsisMask,
      a.newAxisMask,
      a.shrinkAxisMask,
    );
    // + 0 as a size can be -0 there
    const sparse = tf.slice_util.computeOutShape(info.begin, info.end, info.strides).map((size) => size + 0);
    // an end before the first element is written as minus infinity, since -1 means the last
    const end = info.end.map((to, axis) => (info.strides[axis]! < 0 && to < 0 ? -(2 ** 31) : to));
    const sliced = g.slice(x, info.begin, end, info.strides, sparse);
    return g.reshape(
      sliced,
      info.finalShape.map((size) => size + 0),
    );
  }),
  PadV2: kernel<'x', tf.PadV2Attrs>((g, { x }, { paddings, constantValue }) => pad(g, x, paddings, constantValue)),
  MirrorPad: kernel<'x', tf.MirrorPadAttrs>((g, { x }, { paddings, mode }) =>
    paddings.reduce(
      (value, [before, after], axis) =>
        before + after === 0 ? value : take(g, value, mirrored(x.shape[axis]!, [before, after], mode), axis),
      x,
    ),
  ),
  Tile: kernel<'x', tf.TileAttrs>((g, { x }, { reps }) => {
    if (reps.every((count) => count === 1)) return x;
    const shape = x.shape.map((size, axis) => size * reps[axis]!);
    // copies of single elements are a broadcast
    if (x.shape.every((size, axis) => size === 1 || reps[axis] === 1)) {
      return g.add('Expand', [x, g.ints(shape)], shape, x.type);
    }
    return g.add('Tile', [x, g.ints(reps)], shape, x.type);
  }),
  Reverse: kernel<'x', tf.ReverseAttrs>((g, { x }, { dims }) =>
    reverse(g, x, tf.util.parseAxisParam(dims, x.shape.slice())),
  ),
  FlipLeftRight: kernel<'image'>((g, { image }) => reverse(g, image, [2])),
  Fill: kernel<never, tf.FillAttrs>((g, _, { shape, value, dtype }) => {
    if (typeof value === 'string') throw new TypeError('no graph form of strings');
    return g.fill(value, shape.slice(), elementType(dtype ?? 'float32'));
  }),
  ZerosLike: kernel<'x'>((g, { x }) => g.fill(0, x.shape, x.type)),
  OnesLike: kernel<'x'>((g, { x }) => g.fill(1, x.shape, x.type)),
  Range: kernel<never, tf.RangeAttrs>((g, _, attributes) => {
    const values = range(attributes);
    return g.constant({ values }, [values.length], attributes.dtype === 'int32' ? 'int32' : 'float32');
  }),
  LinSpace: kernel<never, tf.LinSpaceAttrs>((g, _, { start, stop, num }) => {
    const step = (stop - start) / (num - 1);
    const values = Float32Array.from({ length: num }, () => start);
    for (let i = 1; i < num; i++) values[i] = values[i - 1]! + step;
    return g.constant({ values }, [num], 'float32');
  }),
  DepthToSpace: kernel<'x', tf.DepthToSpaceAttrs>((g, { x }, { blockSize: s, dataFormat }) => {
    if (dataFormat !== 'NHWC') throw new RangeError(`DepthToSpace needs data format NHWC: got ${dataFormat}`);
    const [b, h, w, c] = x.shape as [number, number, number, number];
    const depth = c / (s * s);
    return rearrange(g, x, [b, h, w, s, s, depth], [0, 1, 3, 2, 4, 5], [b, h * s, w * s, depth]);
  }),
  SpaceToBatchND: kernel<'x', tf.SpaceToBatchNDAttrs>((g, { x }, { blockShape, paddings }) => {
    // the batch axis comes before the first padding
    const all = x.shape.map((_, axis) => (paddings[axis - 1] ?? [0, 0]) as [number, number]);
    const padded = pad(g, x, all, 0);
    const block = blockShape.length;
    const [batch, ...others] = padded.shape as [number, ...number[]];
    const space = others.slice(0, block).map((size, i) => size / blockShape[i]!);
    const rest = others.slice(block);
    const split = [batch, ...space.flatMap((size, i) => [size, blockShape[i]!]), ...rest];
    const perm = [
      ...space.map((_, i) => 2 * i + 2),
      0,
      ...space.map((_, i) => 2 * i + 1),
      ...rest.map((_, i) => 2 * block + 1 + i),
    ];
    const shape = [batch * blockShape.reduce((a, b) => a * b, 1), ...space, ...rest];
    return rearrange(g, padded, split, perm, shape);
  }),
  BatchToSpaceND: kernel<'x', tf.BatchToSpaceNDAttrs>((g, { x }, { blockShape, crops }) => {
    const block = blockShape.length;
    const product = blockShape.reduce((a, b) => a * b, 1);
    const [batch, ...others] = x.shape as [number, ...number[]];
    const space = others.slice(0, block);
    const rest = others.slice(block);
    const perm = [block, ...space.flatMap((_, i) => [block + 1 + i, i]), ...rest.map((_, i) => 2 * block + 1 + i)];
    const grown = [batch / product, ...space.map((size, i) => size * blockShape[i]!), ...rest];
    const full = rearrange(g, x, [...blockShape, batch / product, ...others], perm, grown);
    const from = grown.map((_, axis) => crops[axis - 1]?.[0] ?? 0);
    const to = grown.map((size, axis) => size - (crops[axis - 1]?.[1] ?? 0));
    return g.slice(
      full,
      from,
      to,
      grown.map(() => 1),
      to.map((end, axis) => end - from[axis]!),
    );
  }),
};
