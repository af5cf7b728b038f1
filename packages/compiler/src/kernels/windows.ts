import type { GraphBuilder, Value } from '../graph';
import { pad } from './shapes';

/** How windows slide along one axis. */
export type Sliding = {
  readonly axis: number;
  readonly inSize: number;
  readonly outSize: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
};

/** Every place in a window, in row-major order: the offset along each sliding axis. */
export function placesOf(sliding: readonly Sliding[]): number[][] {
  return sliding.reduce<number[][]>(
    (places, { size }) => places.flatMap((place) => Array.from({ length: size }, (_, i) => [...place, i])),
    [[]],
  );
}

/** Elements that one place of all windows sees along an axis, counted from the first padded one. */
function seen({ outSize, stride, dilation }: Sliding, place: number): { from: number; to: number } {
  const from = place * dilation;
  return { from, to: from + (outSize - 1) * stride + 1 };
}

const padded = ({ outSize, stride, size, dilation }: Sliding) => (outSize - 1) * stride + (size - 1) * dilation + 1;

/** What each place of the windows sees: one tensor a place, of the output's size along the sliding axes. */
export function windowsOf(g: GraphBuilder, x: Value, sliding: readonly Sliding[], fill: number): Value[] {
  const paddings = x.shape.map((_, axis): [number, number] => {
    const along = sliding.find((one) => one.axis === axis);
    return along ? [along.before, Math.max(0, padded(along) - along.before - along.inSize)] : [0, 0];
  });
  const input = pad(g, x, paddings, fill);
  return placesOf(sliding).map((place) => {
    const begin = input.shape.map(() => 0);
    const end = input.shape.slice();
    const step = input.shape.map(() => 1);
    const shape = input.shape.slice();
    for (const [i, along] of sliding.entries()) {
      const { from, to } = seen(along, place[i]!);
      [begin[along.axis], end[along.axis], step[along.axis], shape[along.axis]] = [
        from,
        to,
        along.stride,
        along.outSize,
      ];
    }
    return g.slice(input, begin, end, step, shape);
  });
}

/** The transpose of `windowsOf`: adds what each place sees back to where it saw it. */
export function gatherWindows(g: GraphBuilder, parts: readonly Value[], sliding: readonly Sliding[]): Value {
  const places = placesOf(sliding);
  const sum = parts
    .map((part, i) => sliding.reduce((value, along, j) => spread(g, value, along, places[i]![j]!), part))
    .reduce((total, part) => g.binary('Add', total, part));
  const before = sum.shape.map((_, axis) => sliding.find((one) => one.axis === axis)?.before ?? 0);
  const shape = sum.shape.map((size, axis) => sliding.find((one) => one.axis === axis)?.inSize ?? size);
  // what no window saw: at the end, and with long strides at the start
  const unseen = shape.map((size, axis): [number, number] => [
    Math.max(0, -before[axis]!),
    Math.max(0, before[axis]! + size - sum.shape[axis]!),
  ]);
  const whole = pad(g, sum, unseen, 0);
  const begin = before.map((from) => Math.max(0, from));
  const end = begin.map((from, axis) => from + shape[axis]!);
  return g.slice(
    whole,
    begin,
    end,
    shape.map(() => 1),
    shape,
  );
}

/** Puts elements back `stride` apart, zeros between and around. */
function spread(g: GraphBuilder, x: Value, along: Sliding, place: number): Value {
  const { axis, outSize, stride } = along;
  const { from, to } = seen(along, place);
  const around = (before: number, after: number) =>
    x.shape.map((_, i): [number, number] => (i === axis ? [before, after] : [0, 0]));
  if (stride === 1) return pad(g, x, around(from, padded(along) - to), 0);
  const shape = x.shape.slice();
  const apart = g.reshape(x, [...shape.slice(0, axis + 1), 1, ...shape.slice(axis + 1)]);
  const zeros = apart.shape.map((_, i): [number, number] => [0, i === axis + 1 ? stride - 1 : 0]);
  const grown = g.reshape(pad(g, apart, zeros, 0), [
    ...shape.slice(0, axis),
    outSize * stride,
    ...shape.slice(axis + 1),
  ]);
  const length = to - from;
  const cut = grown.shape.map((size, i) => (i === axis ? length : size));
  const trimmed = g.slice(
    grown,
    grown.shape.map(() => 0),
    cut,
    grown.shape.map(() => 1),
    cut,
  );
  return pad(g, trimmed, around(from, padded(along) - to), 0);
}

type Info2D = {
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly padInfo: { readonly top: number; readonly left: number };
};
type Info3D = Info2D & {
  readonly inDepth: number;
  readonly outDepth: number;
  readonly filterDepth: number;
  readonly strideDepth: number;
  readonly dilationDepth: number;
  readonly padInfo: { readonly front: number };
};

/** Windows over height and width of `[b, h, w, c]`, as TensorFlow.js works them out. */
export function sliding2D(info: Info2D, axis = 1): Sliding[] {
  return [
    {
      axis,
      inSize: info.inHeight,
      outSize: info.outHeight,
      size: info.filterHeight,
      stride: info.strideHeight,
      dilation: info.dilationHeight,
      before: info.padInfo.top,
    },
    {
      axis: axis + 1,
      inSize: info.inWidth,
      outSize: info.outWidth,
      size: info.filterWidth,
      stride: info.strideWidth,
      dilation: info.dilationWidth,
      before: info.padInfo.left,
    },
  ];
}

/** Windows over depth, height and width of `[b, d, h, w, c]`. */
export function sliding3D(info: Info3D): Sliding[] {
  const depth = {
    axis: 1,
    inSize: info.inDepth,
    outSize: info.outDepth,
    size: info.filterDepth,
    stride: info.strideDepth,
    dilation: info.dilationDepth,
    before: info.padInfo.front,
  };
  return [depth, ...sliding2D(info, 2)];
}
