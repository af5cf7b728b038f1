import * as tf from '@tensorflow/tfjs';
import { type GraphBuilder, sizeOf, type Value } from '../graph';
import { type KernelTable, kernel, real } from './kernel';
import { activate } from './matrices';
import { gatherWindows, placesOf, type Sliding, sliding2D, sliding3D, windowsOf } from './windows';

type Shape4D = [number, number, number, number];
type Shape5D = [number, number, number, number, number];
type Attrs2D = Omit<tf.Conv2DAttrs, 'dataFormat' | 'dilations'> & {
  dataFormat?: 'NHWC' | 'NCHW';
  dilations?: number | [number, number];
};
type Attrs3D = Pick<tf.Conv3DAttrs, 'strides' | 'pad'> & { dilations?: tf.Conv3DAttrs['dilations'] };

/** `[b, c, ...]` -> `[b, ..., c]`. */
function channelsLast(g: GraphBuilder, x: Value): Value {
  const rank = x.shape.length;
  return g.transpose(x, [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1]);
}

/** `[b, ..., c]` -> `[b, c, ...]`. */
function channelsFirst(g: GraphBuilder, x: Value): Value {
  const rank = x.shape.length;
  return g.transpose(x, [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)]);
}

/** Runs a kernel on channels in last place, whatever the format. */
function inFormat(g: GraphBuilder, format: string | undefined, x: Value, run: (x: Value) => Value): Value {
  return format === 'NCHW' ? channelsFirst(g, run(channelsLast(g, x))) : run(x);
}

function slide2D(
  inShape: readonly number[],
  filterShape: readonly number[],
  a: Attrs2D,
  depthwise: boolean,
): Sliding[] {
  const { strides, pad, dilations = 1, dimRoundingMode } = a;
  const [shape, filter] = [inShape as Shape4D, filterShape as Shape4D];
  return sliding2D(
    tf.backend_util.computeConv2DInfo(
      shape,
      filter,
      strides,
      dilations,
      pad,
      dimRoundingMode,
      depthwise,
      'channelsLast',
    ),
  );
}

function slide3D(
  inShape: readonly number[],
  filterShape: readonly number[],
  { strides, pad, dilations = 1 }: Attrs3D,
): Sliding[] {
  const [shape, filter] = [inShape as Shape5D, filterShape as Shape5D];
  return sliding3D(tf.backend_util.computeConv3DInfo(shape, filter, strides, dilations, pad));
}

/** A convolution of `[b, ..., c]` with a filter `[..., c / groups, out]`. */
function convolve(g: GraphBuilder, x: Value, filter: Value, sliding: readonly Sliding[], groups = 1): Value {
  const space = sliding.map((_, i) => i);
  const rank = filter.shape.length;
  const kernelValue = g.transpose(filter, [rank - 1, rank - 2, ...space]);
  const input = skipUnseen(g, real(x), sliding);
  const after = sliding.map(
    ({ axis, outSize, stride, size, dilation, before }) =>
      (outSize - 1) * stride + (size - 1) * dilation + 1 - Math.max(0, before) - input.shape[axis]!,
  );
  const shape = [x.shape[0]!, filter.shape.at(-1)!, ...sliding.map(({ outSize }) => outSize)];
  const attributes = {
    kernel_shape: sliding.map(({ size }) => size),
    strides: sliding.map(({ stride }) => stride),
    dilations: sliding.map(({ dilation }) => dilation),
    // elements that no window sees are not padding less than none
    pads: [...sliding.map(({ before }) => Math.max(0, before)), ...after.map((pad) => Math.max(0, pad))],
    group: groups,
  };
  return channelsLast(g, g.add('Conv', [channelsFirst(g, input), kernelValue], shape, 'float32', { attributes }));
}

/** Without the elements before the first window: where strides are long, TensorFlow.js pads by less than none. */
function skipUnseen(g: GraphBuilder, x: Value, sliding: readonly Sliding[]): Value {
  const begin = x.shape.map((_, axis) => Math.max(0, -(sliding.find((one) => one.axis === axis)?.before ?? 0)));
  const step = x.shape.map(() => 1);
  const shape = x.shape.map((size, axis) => size - begin[axis]!);
  return g.slice(x, begin, x.shape, step, shape);
}

/** The gradient of a convolution with respect to its filter: a matrix product for each place of the window. */
function filterGradient(
  g: GraphBuilder,
  x: Value,
  dy: Value,
  sliding: readonly Sliding[],
  shape: readonly number[],
): Value {
  const rows = sizeOf(dy.shape.slice(0, -1));
  const [channels, out] = shape.slice(-2) as [number, number];
  const right = g.reshape(dy, [rows, out]);
  const parts = windowsOf(g, x, sliding, 0).map((part) =>
    g.matMul(g.transpose(g.reshape(part, [rows, channels]), [1, 0]), right),
  );
  return g.reshape(g.concat(parts, 0), shape);
}

/** The gradient of a convolution with respect to its input. */
function inputGradient(g: GraphBuilder, dy: Value, filter: Value, sliding: readonly Sliding[]): Value {
  const rows = sizeOf(dy.shape.slice(0, -1));
  const [channels, out] = filter.shape.slice(-2) as [number, number];
  const places = placesOf(sliding).length;
  const left = g.reshape(dy, [rows, out]);
  const weights =
    places === 1 ? [filter] : g.split(g.reshape(filter, [places * channels, out]), equalSizes(places, channels), 0);
  const parts = weights.map((weight) =>
    g.reshape(g.matMul(left, g.transpose(g.reshape(weight, [channels, out]), [1, 0])), [
      ...dy.shape.slice(0, -1),
      channels,
    ]),
  );
  return gatherWindows(g, parts, sliding);
}

const equalSizes = (count: number, size: number) => Array.from({ length: count }, () => size);

/** `[b, h, w, c m]` as `[b, h, w, c, m]`. */
function byChannel(g: GraphBuilder, dy: Value, channels: number): Value {
  return g.reshape(dy, [...dy.shape.slice(0, -1), channels, dy.shape.at(-1)! / channels]);
}

function depthwise(g: GraphBuilder, x: Value, filter: Value, attributes: Attrs2D): Value {
  return inFormat(g, attributes.dataFormat, x, (input) => {
    const [h, w, channels, multiplier] = filter.shape as Shape4D;
    const sliding = slide2D(input.shape, filter.shape, attributes, true);
    return convolve(g, input, g.reshape(filter, [h, w, 1, channels * multiplier]), sliding, channels);
  });
}

function conv2D(g: GraphBuilder, x: Value, filter: Value, attributes: Attrs2D): Value {
  return inFormat(g, attributes.dataFormat, x, (input) =>
    convolve(g, input, filter, slide2D(input.shape, filter.shape, attributes, false)),
  );
}

type Fused = 'x' | 'filter' | 'bias' | 'preluActivationWeights';

/** Bias and activation after a convolution; in NCHW a vector belongs to the channels. */
function finish(g: GraphBuilder, y: Value, inputs: Record<Fused, Value>, attributes: tf.FusedConv2DAttrs): Value {
  const perChannel = (value: Value | undefined) =>
    value && attributes.dataFormat === 'NCHW' && value.shape.length === 1 && value.shape[0] !== 1
      ? g.reshape(value, [value.shape[0]!, 1, 1])
      : value;
  const bias = perChannel(inputs.bias);
  const sum = bias ? g.binary('Add', y, bias) : y;
  const { activation, leakyreluAlpha } = attributes;
  return activation ? activate(g, sum, activation, leakyreluAlpha, perChannel(inputs.preluActivationWeights)) : sum;
}

export const convolutions: KernelTable = {
  Conv2D: kernel<'x' | 'filter', tf.Conv2DAttrs>((g, { x, filter }, attributes) => conv2D(g, x, filter, attributes)),
  FusedConv2D: kernel<Fused, tf.FusedConv2DAttrs>((g, inputs, attributes) =>
    finish(g, conv2D(g, inputs.x, inputs.filter, attributes), inputs, attributes),
  ),
  Conv2DBackpropFilter: kernel<'x' | 'dy', tf.Conv2DBackpropFilterAttrs>((g, { x, dy }, attributes) => {
    const [input, gradient] = attributes.dataFormat === 'NCHW' ? [channelsLast(g, x), channelsLast(g, dy)] : [x, dy];
    const { filterShape } = attributes;
    return filterGradient(g, input, gradient, slide2D(input.shape, filterShape, attributes, false), filterShape);
  }),
  Conv2DBackpropInput: kernel<'dy' | 'filter', tf.Conv2DBackpropInputAttrs>((g, { dy, filter }, attributes) =>
    inFormat(g, attributes.dataFormat, dy, (gradient) => {
      const [b, p, q, r] = attributes.inputShape;
      const inShape = attributes.dataFormat === 'NCHW' ? [b, q, r, p] : [b, p, q, r];
      return inputGradient(g, gradient, filter, slide2D(inShape, filter.shape, attributes, false));
    }),
  ),
  Conv3D: kernel<'x' | 'filter', tf.Conv3DAttrs>((g, { x, filter }, attributes) =>
    convolve(g, x, filter, slide3D(x.shape, filter.shape, attributes)),
  ),
  Conv3DBackpropFilterV2: kernel<'x' | 'dy', tf.Conv3DBackpropFilterV2Attrs>((g, { x, dy }, attributes) =>
    filterGradient(g, x, dy, slide3D(x.shape, attributes.filterShape, attributes), attributes.filterShape),
  ),
  Conv3DBackpropInputV2: kernel<'dy' | 'filter', tf.Conv3DBackpropInputV2Attrs>((g, { dy, filter }, attributes) =>
    inputGradient(g, dy, filter, slide3D(attributes.inputShape, filter.shape, attributes)),
  ),
  DepthwiseConv2dNative: kernel<'x' | 'filter', tf.DepthwiseConv2dNativeAttrs>((g, { x, filter }, attributes) =>
    depthwise(g, x, filter, attributes),
  ),
  FusedDepthwiseConv2D: kernel<Fused, tf.FusedDepthwiseConv2DAttrs>((g, inputs, attributes) =>
    finish(g, depthwise(g, inputs.x, inputs.filter, attributes), inputs, attributes),
  ),
  DepthwiseConv2dNativeBackpropFilter: kernel<'x' | 'dy', tf.DepthwiseConv2dNativeBackpropFilterAttrs>(
    (g, { x, dy }, attributes) => {
      const { filterShape } = attributes;
      const gradient = byChannel(g, dy, filterShape[2]);
      const parts = windowsOf(g, x, slide2D(x.shape, filterShape, attributes, true), 0).map((part) => {
        const product = g.binary('Mul', g.reshape(part, [...part.shape, 1]), gradient);
        return g.reshape(g.reduce('ReduceSum', product, [0, 1, 2], false), [1, ...filterShape.slice(2)]);
      });
      return g.reshape(g.concat(parts, 0), filterShape);
    },
  ),
  DepthwiseConv2dNativeBackpropInput: kernel<'dy' | 'filter', tf.DepthwiseConv2dNativeBackpropInputAttrs>(
    (g, { dy, filter }, attributes) => {
      const [h, w, channels, multiplier] = filter.shape as Shape4D;
      const sliding = slide2D(attributes.inputShape, filter.shape, attributes, true);
      const gradient = byChannel(g, dy, channels);
      const parts = g.split(g.reshape(filter, [h * w, channels, multiplier]), equalSizes(h * w, 1), 0).map((weight) => {
        const product = g.binary('Mul', gradient, g.reshape(weight, [channels, multiplier]));
        return g.reduce('ReduceSum', product, [4], false);
      });
      return gatherWindows(g, parts, sliding);
    },
  ),
};
