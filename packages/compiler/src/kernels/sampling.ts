import * as tf from '@tensorflow/tfjs';
import { type GraphBuilder, sizeOf, type Value } from '../graph';
import { type KernelTable, kernel } from './kernel';

type Image = [batch: number, height: number, width: number, channels: number];

const float64 = (g: GraphBuilder, x: number) => g.scalar(x, 'float64');
const times = (g: GraphBuilder, x: Value, by: number) => g.binary('Mul', x, float64(g, by));
const less = (g: GraphBuilder, a: Value, b: Value) => g.binary('Less', a, b, 'bool');
const both = (g: GraphBuilder, a: Value, b: Value) => g.binary('And', a, b, 'bool');

/** `floor(x + 1/2)`, as Math.round has it. */
function round(g: GraphBuilder, x: Value): Value {
  return g.unary('Floor', g.binary('Add', x, float64(g, 0.5)));
}

/** Numbers 0 to n - 1 in a given shape, to reckon with places. */
function counted(g: GraphBuilder, n: number, shape: readonly number[]): Value {
  return g.constant({ values: Float64Array.from({ length: n }, (_, i) => i) }, shape, 'float64');
}

/** 0 <= x <= last. */
function within(g: GraphBuilder, x: Value, last: number): Value {
  return both(
    g,
    g.binary('GreaterOrEqual', x, float64(g, 0), 'bool'),
    g.binary('LessOrEqual', x, float64(g, last), 'bool'),
  );
}

/**
 * Pixels of `[b, h, w, c]` under whole coordinates; those outside are `fill`.
 *
 * Shapes: first (the row of the first pixel of an image), y, x broadcast to `[..]`, float64 -> `[.., c]`.
 */
function pixels(g: GraphBuilder, image: Value, first: Value, y: Value, x: Value, fill: Value): Value {
  const [, height, width, channels] = image.shape as Image;
  const inside = both(g, within(g, y, height - 1), within(g, x, width - 1));
  const place = g.binary('Add', first, g.binary('Add', times(g, y, width), x));
  const index = g.cast(g.where(inside, place, float64(g, 0)), 'int32');
  const rows = g.reshape(image, [sizeOf(image.shape) / channels, channels]);
  const shape = [...index.shape, channels];
  const taken = g.add('Gather', [rows, index], shape, image.type, { attributes: { axis: 0 } });
  return g.where(g.reshape(inside, [...inside.shape, 1]), taken, fill);
}

/** `a + (b - a) t`, t in float64 without the axis of channels. */
function mix(g: GraphBuilder, a: Value, b: Value, t: Value): Value {
  const fraction = g.cast(g.reshape(t, [...t.shape, 1]), 'float32');
  return g.binary('Add', a, g.binary('Mul', g.binary('Sub', b, a), fraction));
}

/** `a (1 - t) + b t`, as `mix`: of infinite pixels it is another number. */
function blend(g: GraphBuilder, a: Value, b: Value, t: Value): Value {
  const fraction = g.cast(g.reshape(t, [...t.shape, 1]), 'float32');
  const rest = g.binary('Sub', g.scalar(1), fraction);
  return g.binary('Add', g.binary('Mul', a, rest), g.binary('Mul', b, fraction));
}

/** Where the rows or columns of a crop lie along an axis of the image, `[n, crop]`. */
function cropped(g: GraphBuilder, from: Value, to: Value, crop: number, size: number): Value {
  if (crop === 1) return times(g, g.binary('Add', from, to), 0.5 * (size - 1));
  const scale = times(g, g.binary('Sub', to, from), (size - 1) / (crop - 1));
  const steps = g.binary('Mul', counted(g, crop, [1, crop]), scale);
  return g.binary('Add', times(g, from, size - 1), steps);
}

/** Reads that lie outside an image mirror it: [dcba|abcd|dcba]. */
function reflected(g: GraphBuilder, x: Value, size: number): Value {
  const zero = float64(g, 0);
  if (size <= 1) return times(g, x, 0);
  const period = 2 * size;
  const whole = (v: Value) => times(g, g.unary('Floor', times(g, v, 1 / period)), period);
  const below = g.binary('Add', x, whole(g.unary('Neg', x)));
  const left = g.where(
    less(g, below, float64(g, -size)),
    g.binary('Add', below, float64(g, period)),
    g.binary('Sub', float64(g, -1), below),
  );
  const above = g.binary('Sub', x, whole(x));
  const right = g.where(less(g, above, float64(g, size)), above, g.binary('Sub', float64(g, period - 1), above));
  return g.where(less(g, x, zero), left, g.where(less(g, float64(g, size - 1), x), right, x));
}

/** Reads that lie outside an image start it again: [abcd|abcd|abcd]. */
function wrapped(g: GraphBuilder, x: Value, size: number): Value {
  if (size <= 1) return times(g, x, 0);
  const turns = (v: Value) => g.unary('Floor', g.binary('Div', v, float64(g, size - 1)));
  const left = g.binary('Add', x, times(g, g.binary('Add', turns(g.unary('Neg', x)), float64(g, 1)), size));
  const right = g.binary('Sub', x, times(g, turns(x), size));
  return g.where(less(g, x, float64(g, 0)), left, g.where(less(g, float64(g, size - 1), x), right, x));
}

function mapped(g: GraphBuilder, x: Value, size: number, mode: tf.TransformAttrs['fillMode']): Value {
  if (mode === 'constant') return x;
  const inside = mode === 'reflect' ? reflected(g, x, size) : mode === 'wrap' ? wrapped(g, x, size) : x;
  return g.binary('Max', float64(g, 0), g.binary('Min', inside, float64(g, size - 1)));
}

export const sampling: KernelTable = {
  CropAndResize: kernel<'image' | 'boxes' | 'boxInd', tf.CropAndResizeAttrs>(
    (g, { image, boxes, boxInd }, { cropSize, method, extrapolationValue }) => {
      const [batch, height, width, channels] = image.shape as Image;
      const n = boxes.shape[0]!;
      const [h, w] = cropSize;
      if (sizeOf(image.shape) === 0) return g.fill(0, [n, h, w, channels], 'float32');
      const source = g.cast(image, 'float32');
      const [y1, x1, y2, x2] = g.split(g.cast(boxes, 'float64'), [1, 1, 1, 1], 1) as [Value, Value, Value, Value];
      const y = g.reshape(cropped(g, y1, y2, h, height), [n, h, 1]);
      const x = g.reshape(cropped(g, x1, x2, w, width), [n, 1, w]);
      const there = less(g, boxInd, g.scalar(batch, 'int32'));
      const image0 = g.cast(g.where(there, boxInd, g.scalar(0, 'int32')), 'float64');
      const first = g.reshape(times(g, image0, height * width), [n, 1, 1]);
      const read = (row: Value, column: Value) => pixels(g, source, first, row, column, g.scalar(0));
      const low = { y: g.unary('Floor', y), x: g.unary('Floor', x) };
      const high = { y: g.unary('Ceil', y), x: g.unary('Ceil', x) };
      const along = g.binary('Sub', x, low.x);
      const value =
        method === 'nearest'
          ? read(round(g, y), round(g, x))
          : mix(
              g,
              mix(g, read(low.y, low.x), read(low.y, high.x), along),
              mix(g, read(high.y, low.x), read(high.y, high.x), along),
              g.binary('Sub', y, low.y),
            );
      const inside = g.reshape(both(g, within(g, y, height - 1), within(g, x, width - 1)), [n, h, w, 1]);
      const crop = g.where(inside, value, g.scalar(Math.fround(extrapolationValue)));
      // a box of an image that isn't there is all 0
      return g.where(g.reshape(there, [n, 1, 1, 1]), crop, g.scalar(0));
    },
  ),
  RotateWithOffset: kernel<'image', tf.RotateWithOffsetAttrs>((g, { image }, { radians, fillValue, center }) => {
    const [batch, height, width, channels] = image.shape as Image;
    const [centerX, centerY] = tf.backend_util.getImageCenter(center, height, width);
    const [sin, cos] = [Math.sin(radians), Math.cos(radians)];
    const places = Array.from({ length: height * width }, (_, i) => {
      const [dx, dy] = [(i % width) - centerX, Math.floor(i / width) - centerY];
      const x = Math.round(dx * cos - dy * sin + centerX);
      const y = Math.round(dx * sin + dy * cos + centerY);
      return x >= 0 && x < width && y >= 0 && y < height ? y * width + x : -1;
    });
    // the fourth channel is opacity
    const background = Array.from({ length: channels }, (_, i) =>
      typeof fillValue === 'number' ? fillValue : i === 3 ? 255 : fillValue[i]!,
    );
    const shape = [batch, height * width, channels];
    const indices = g.ints(places.map((place) => Math.max(place, 0)));
    const turned = g.add('Gather', [g.reshape(image, shape), indices], shape, image.type, { attributes: { axis: 1 } });
    const inside = g.constant({ values: places.map((place) => Number(place >= 0)) }, [height * width, 1], 'bool');
    const result = g.where(inside, turned, g.constant({ values: background }, [channels], image.type));
    return g.reshape(result, image.shape);
  }),
  Transform: kernel<'image' | 'transforms', tf.TransformAttrs>((g, { image, transforms }, attributes) => {
    const { interpolation, fillMode, fillValue, outputShape } = attributes;
    const [batch, height, width, channels] = image.shape as Image;
    const [h, w] = outputShape ?? [height, width];
    const fill = g.scalar(Math.fround(fillValue));
    if (sizeOf(image.shape) === 0) return g.fill(Math.fround(fillValue), [batch, h, w, channels], 'float32');
    const row = g.cast(transforms, 'float64');
    const factors = g.split(row, Array<number>(8).fill(1), 1).map((a) => g.reshape(a, [a.shape[0]!, 1, 1]));
    const [outY, outX] = [counted(g, h, [h, 1]), counted(g, w, [w])];
    const linear = (from: number, constant: Value) =>
      g.binary(
        'Add',
        g.binary('Add', g.binary('Mul', factors[from]!, outX), g.binary('Mul', factors[from + 1]!, outY)),
        constant,
      );
    const projection = linear(6, float64(g, 1));
    const coordinate = (from: number, size: number) =>
      mapped(g, g.binary('Div', linear(from, factors[from + 2]!), projection), size, fillMode);
    const [x, y] = [coordinate(0, width), coordinate(3, height)];
    const first = times(g, counted(g, batch, [batch, 1, 1]), height * width);
    const read = (atY: Value, atX: Value) => pixels(g, image, first, atY, atX, fill);
    const next = (value: Value) => g.binary('Add', value, float64(g, 1));
    const value = () => {
      if (interpolation === 'nearest') return read(round(g, y), round(g, x));
      const [top, left] = [g.unary('Floor', y), g.unary('Floor', x)];
      const along = g.binary('Sub', x, left);
      const upper = blend(g, read(top, left), read(top, next(left)), along);
      const lower = blend(g, read(next(top), left), read(next(top), next(left)), along);
      return blend(g, upper, lower, g.binary('Sub', y, top));
    };
    const endless = g.reshape(g.binary('Equal', projection, float64(g, 0), 'bool'), [...projection.shape, 1]);
    return g.where(endless, fill, value());
  }),
};
