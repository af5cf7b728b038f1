import * as tf from '@tensorflow/tfjs';
import { type GraphBuilder, sizeOf, type Value } from '../graph';
import { type KernelTable, kernel, real } from './kernel';
import { gatherWindows, placesOf, type Sliding, sliding2D, sliding3D, windowsOf } from './windows';

type Pool2D = tf.MaxPoolAttrs;
type Pool3D = Omit<tf.MaxPool3DAttrs, 'dataFormat'>;

function slide2D({ shape }: Value, { filterSize, strides, pad, dimRoundingMode }: Pool2D): Sliding[] {
  const inShape = shape as [number, number, number, number];
  return sliding2D(tf.backend_util.computePool2DInfo(inShape, filterSize, strides, 1, pad, dimRoundingMode));
}

function slide3D({ shape }: Value, { filterSize, strides, pad, dimRoundingMode }: Pool3D): Sliding[] {
  const inShape = shape as [number, number, number, number, number];
  return sliding3D(tf.backend_util.computePool3DInfo(inShape, filterSize, strides, 1, pad, dimRoundingMode));
}

function slideDilation(x: Value, filter: Value, { strides, pad, dilations }: tf.Dilation2DAttrs): Sliding[] {
  const inShape = x.shape as [number, number, number, number];
  const filterShape = filter.shape as [number, number, number];
  return sliding2D(tf.backend_util.computeDilation2DInfo(inShape, filterShape, strides, pad, 'NHWC', dilations));
}

const largest = (g: GraphBuilder, values: readonly Value[]) =>
  values.length === 1 ? values[0]! : g.add('Max', values, values[0]!.shape, values[0]!.type);

/** What each place of the windows sees, NaN the least of all, as no comparison with it is true. */
function comparable(g: GraphBuilder, x: Value, sliding: readonly Sliding[]): Value[] {
  const least = g.scalar(-Infinity);
  return windowsOf(g, g.where(g.unary('IsNaN', real(x), 'bool'), least, x), sliding, -Infinity);
}

/** For each place, `yes` where it holds the first of the largest values, else 0. */
function atFirstLargest(g: GraphBuilder, values: readonly Value[], yes: (place: number) => Value): Value[] {
  const most = largest(g, values);
  let taken: Value | undefined;
  return values.map((value, place) => {
    const equal = g.binary('Equal', value, most, 'bool');
    const first = taken ? g.binary('And', equal, g.unary('Not', taken), 'bool') : equal;
    taken = taken ? g.binary('Or', taken, equal, 'bool') : equal;
    const chosen = yes(place);
    return g.where(first, chosen, g.scalar(0, chosen.type));
  });
}

function maxPool(g: GraphBuilder, x: Value, sliding: readonly Sliding[]): Value {
  return largest(g, comparable(g, x, sliding));
}

function maxPoolGradient(g: GraphBuilder, dy: Value, x: Value, sliding: readonly Sliding[]): Value {
  const seen = comparable(g, x, sliding);
  // of equals the first one gets it all, in three dimensions the last one
  const fromLast = sliding.length === 3;
  const parts = atFirstLargest(g, fromLast ? seen.reverse() : seen, () => dy);
  return gatherWindows(g, fromLast ? parts.reverse() : parts, sliding);
}

/** The mean of what is there; padding doesn't count. */
function averagePool(g: GraphBuilder, x: Value, sliding: readonly Sliding[]): Value {
  const sum = windowsOf(g, real(x), sliding, 0).reduce((total, part) => g.binary('Add', total, part));
  const counts = sliding.map(({ outSize, stride, size, dilation, before, inSize }) =>
    Array.from({ length: outSize }, (_, i) => {
      const places = Array.from({ length: size }, (_, place) => i * stride + place * dilation - before);
      return places.filter((at) => at >= 0 && at < inSize).length;
    }),
  );
  const products = counts.reduce<number[]>((all, along) => all.flatMap((count) => along.map((n) => count * n)), [1]);
  const shape = [1, ...sliding.map(({ outSize }) => outSize), 1];
  return g.binary('Div', sum, g.constant({ values: products }, shape, 'float32'));
}

/** As in TensorFlow.js, every window counts as full here. */
function averagePoolGradient(g: GraphBuilder, dy: Value, sliding: readonly Sliding[]): Value {
  const places = placesOf(sliding);
  const part = g.binary('Mul', dy, g.scalar(Math.fround(1 / places.length)));
  return gatherWindows(
    g,
    places.map(() => part),
    sliding,
  );
}

/** Where the largest element of each window lies in the flattened image, or batch of images. */
function positions(g: GraphBuilder, x: Value, sliding: readonly Sliding[], withBatch: boolean): Value {
  const first = withBatch ? 0 : 1;
  const perImage = sizeOf(x.shape.slice(1));
  const values = Int32Array.from({ length: sizeOf(x.shape) }, (_, i) => (first === 0 ? i : i % perImage));
  const index = g.constant({ values }, x.shape, 'int32');
  const indices = windowsOf(g, index, sliding, 0);
  const parts = atFirstLargest(g, comparable(g, x, sliding), (place) => indices[place]!);
  return parts.reduce((total, part) => g.binary('Add', total, part));
}

/** The sums that a morphological dilation takes the largest of, a filter's row for each place. */
function dilated(g: GraphBuilder, x: Value, filter: Value, sliding: readonly Sliding[]): Value[] {
  const channels = filter.shape[2]!;
  const places = placesOf(sliding).length;
  const rows = g.split(
    g.reshape(filter, [places, channels]),
    Array.from({ length: places }, () => 1),
    0,
  );
  const least = g.scalar(-Infinity);
  return windowsOf(g, real(x), sliding, -Infinity).map((part, i) => {
    const sum = g.binary('Add', part, g.reshape(rows[i]!, [channels]));
    return g.where(g.unary('IsNaN', sum, 'bool'), least, sum);
  });
}

export const pooling: KernelTable = {
  MaxPool: kernel<'x', Pool2D>((g, { x }, attributes) => maxPool(g, x, slide2D(x, attributes))),
  MaxPool3D: kernel<'x', Pool3D>((g, { x }, attributes) => maxPool(g, x, slide3D(x, attributes))),
  MaxPoolGrad: kernel<'dy' | 'input', Pool2D>((g, { dy, input }, attributes) =>
    maxPoolGradient(g, dy, input, slide2D(input, attributes)),
  ),
  MaxPool3DGrad: kernel<'dy' | 'input', Pool3D>((g, { dy, input }, attributes) =>
    maxPoolGradient(g, dy, input, slide3D(input, attributes)),
  ),
  MaxPoolWithArgmax: kernel<'x', tf.MaxPoolWithArgmaxAttrs>((g, { x }, attributes) => {
    const sliding = slide2D(x, attributes);
    return [maxPool(g, x, sliding), positions(g, x, sliding, attributes.includeBatchInIndex)];
  }),
  AvgPool: kernel<'x', Pool2D>((g, { x }, attributes) => averagePool(g, x, slide2D(x, attributes))),
  AvgPool3D: kernel<'x', Pool3D>((g, { x }, attributes) => averagePool(g, x, slide3D(x, attributes))),
  AvgPoolGrad: kernel<'dy' | 'input', Pool2D>((g, { dy, input }, attributes) =>
    averagePoolGradient(g, dy, slide2D(input, attributes)),
  ),
  AvgPool3DGrad: kernel<'dy' | 'input', Pool3D>((g, { dy, input }, attributes) =>
    averagePoolGradient(g, dy, slide3D(input, attributes)),
  ),
  Dilation2D: kernel<'x' | 'filter', tf.Dilation2DAttrs>((g, { x, filter }, attributes) =>
    largest(g, dilated(g, x, filter, slideDilation(x, filter, attributes))),
  ),
  Dilation2DBackpropInput: kernel<'x' | 'filter' | 'dy', tf.Dilation2DAttrs>((g, { x, filter, dy }, attributes) => {
    const sliding = slideDilation(x, filter, attributes);
    return gatherWindows(
      g,
      atFirstLargest(g, dilated(g, x, filter, sliding), () => dy),
      sliding,
    );
  }),
  Dilation2DBackpropFilter: kernel<'x' | 'filter' | 'dy', tf.Dilation2DAttrs>((g, { x, filter, dy }, attributes) => {
    const parts = atFirstLargest(g, dilated(g, x, filter, slideDilation(x, filter, attributes)), () => dy);
    const sums = parts.map((part) => g.reduce('ReduceSum', part, [0, 1, 2], false));
    return g.reshape(
      g.concat(
        sums.map((sum) => g.reshape(sum, [1, ...sum.shape])),
        0,
      ),
      filter.shape,
    );
  }),
  LRN: kernel<'x', tf.LRNAttrs>((g, { x }, attributes) =>
    g.binary('Mul', real(x), power(g, scales(g, x, attributes), -attributes.beta)),
  ),
  LRNGrad: kernel<'x' | 'y' | 'dy', tf.LRNGradAttrs>((g, { x, y, dy }, attributes) => {
    const { alpha, beta } = attributes;
    const scale = scales(g, x, attributes);
    const shared = channelSum(g, g.binary('Div', g.binary('Mul', y, dy), scale), attributes.depthRadius);
    const through = g.binary('Mul', g.binary('Mul', x, g.scalar(Math.fround(2 * alpha * beta))), shared);
    return g.binary('Sub', g.binary('Mul', dy, power(g, scale, -beta)), through);
  }),
};

const power = (g: GraphBuilder, x: Value, exponent: number) => g.binary('Pow', x, g.scalar(Math.fround(exponent)));

/** The sum over channels at most `radius` away. */
function channelSum(g: GraphBuilder, x: Value, radius: number): Value {
  const channels = x.shape.at(-1)!;
  const sliding = {
    axis: 3,
    inSize: channels,
    outSize: channels,
    size: 2 * radius + 1,
    stride: 1,
    dilation: 1,
    before: radius,
  };
  return windowsOf(g, x, [sliding], 0).reduce((total, part) => g.binary('Add', total, part));
}

function scales(g: GraphBuilder, x: Value, { depthRadius, bias, alpha }: tf.LRNAttrs): Value {
  const sums = channelSum(g, g.binary('Mul', x, x), depthRadius);
  return g.binary('Add', g.binary('Mul', sums, g.scalar(Math.fround(alpha))), g.scalar(Math.fround(bias)));
}
