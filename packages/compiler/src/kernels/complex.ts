import type * as tf from '@tensorflow/tfjs';
import { type GraphBuilder, sizeOf, type Value } from '../graph';
import { elementwise } from './elementwise';
import { type KernelTable, real } from './kernel';
import { shapes } from './shapes';

/** A tensor of complex numbers; ONNX has none, so it is two values of one shape. */
export type ComplexValue = { readonly real: Value; readonly imag: Value };

/** A kernel that takes or gives complex numbers. */
type ComplexKernel = (
  graph: GraphBuilder,
  inputs: Readonly<Record<string, Value | ComplexValue>>,
  attributes: Readonly<Record<string, never>>,
) => Value | ComplexValue;

function complexKernel<Inputs extends Record<string, Value | ComplexValue>>(
  build: (graph: GraphBuilder, inputs: Inputs, attributes: Readonly<Record<string, never>>) => Value | ComplexValue,
): ComplexKernel {
  return build as unknown as ComplexKernel;
}

export function isComplex(value: Value | ComplexValue): value is ComplexValue {
  return 'real' in value;
}

const add = (g: GraphBuilder, a: Value, b: Value) => g.binary('Add', a, b);
const sub = (g: GraphBuilder, a: Value, b: Value) => g.binary('Sub', a, b);
const mul = (g: GraphBuilder, a: Value, b: Value) => g.binary('Mul', a, b);

function multiply(g: GraphBuilder, a: ComplexValue, b: ComplexValue): ComplexValue {
  return {
    real: sub(g, mul(g, a.real, b.real), mul(g, a.imag, b.imag)),
    imag: add(g, mul(g, a.real, b.imag), mul(g, a.imag, b.real)),
  };
}

/** Runs a kernel that only moves numbers, or is linear, on both parts. */
const onParts =
  (table: KernelTable, name: string): ComplexKernel =>
  (g, inputs, attributes) => {
    const part = (which: keyof ComplexValue) => {
      const values = Object.entries(inputs).map(([key, x]) => [key, (x as ComplexValue)[which]]);
      return table[name]!(g, Object.fromEntries(values), attributes) as Value;
    };
    return { real: part('real'), imag: part('imag') };
  };

/** Both parts reshaped; a part that is one number throughout stays a constant. */
function reshape(g: GraphBuilder, { real, imag }: ComplexValue, shape: readonly number[]): ComplexValue {
  const part = (x: Value) => {
    const data = g.constants.get(x);
    return data && 'fill' in data ? g.fill(data.fill, shape, x.type) : g.reshape(x, shape);
  };
  return { real: part(real), imag: part(imag) };
}

/** exp(-2 pi i j k / n) for j and k below the sizes. */
function roots(g: GraphBuilder, n: number, [rows, columns]: readonly [number, number]): ComplexValue {
  const angles = Array.from({ length: rows * columns }, (_, i) => {
    const power = (Math.floor(i / columns) * (i % columns)) % n;
    return (-2 * Math.PI * power) / n;
  });
  const constant = (f: (angle: number) => number) =>
    g.constant({ values: Float32Array.from(angles, f) }, [rows, columns], 'float32');
  return { real: constant(Math.cos), imag: constant(Math.sin) };
}

function largestFactor(n: number): number {
  let factor = Math.floor(Math.sqrt(n));
  while (n % factor > 0) factor--;
  return factor;
}

/** Up to this size a transform is one matrix product. */
const DENSE = 32;

/**
 * The discrete Fourier transform of the rows of `[b, n]`: matrix products, which any runtime has, of the factors of n (Cooley
 * and Tukey: with n = p q, transforms of size p of every q-th number, turned by roots of 1, then transforms of size q).
 */
function fourier(g: GraphBuilder, x: ComplexValue): ComplexValue {
  const [b, n] = x.real.shape as [number, number];
  const p = largestFactor(n);
  const q = n / p;
  if (n <= DENSE || p === 1) return timesMatrix(g, x, roots(g, n, [n, n]));
  const swapped = (value: ComplexValue): ComplexValue => ({
    real: g.transpose(value.real, [0, 2, 1]),
    imag: g.transpose(value.imag, [0, 2, 1]),
  });
  const columns = swapped(reshape(g, x, [b, p, q])); // b q p
  const inner = reshape(g, fourier(g, reshape(g, columns, [b * q, p])), [b, q, p]);
  const turned = swapped(multiply(g, inner, roots(g, n, [q, p]))); // b p q
  const outer = reshape(g, fourier(g, reshape(g, turned, [b * p, q])), [b, p, q]);
  return reshape(g, swapped(outer), [b, n]);
}

function timesMatrix(g: GraphBuilder, { real, imag }: ComplexValue, matrix: ComplexValue): ComplexValue {
  const data = g.constants.get(imag);
  if (data && 'fill' in data && data.fill === 0) {
    return { real: g.matMul(real, matrix.real), imag: g.matMul(real, matrix.imag) };
  }
  return {
    real: sub(g, g.matMul(real, matrix.real), g.matMul(imag, matrix.imag)),
    imag: add(g, g.matMul(real, matrix.imag), g.matMul(imag, matrix.real)),
  };
}

/** The inverse transform: parts swapped before and after, divided by the size. */
function inverse(g: GraphBuilder, { real, imag }: ComplexValue): ComplexValue {
  const size = g.scalar(real.shape[1]!);
  const result = fourier(g, { real: imag, imag: real });
  return { real: g.binary('Div', result.imag, size), imag: g.binary('Div', result.real, size) };
}

/** The length of a complex number, in float64, where squares have room. */
function magnitude(g: GraphBuilder, { real, imag }: ComplexValue): Value {
  const square = (x: Value) => mul(g, g.cast(x, 'float64'), g.cast(x, 'float64'));
  const length = g.cast(g.unary('Sqrt', add(g, square(real), square(imag))), 'float32');
  const endless = g.binary('Or', g.unary('IsInf', real, 'bool'), g.unary('IsInf', imag, 'bool'), 'bool');
  return g.where(endless, g.scalar(Infinity), length);
}

/** The kernels for complex numbers, and what others do when they get some. */
export const complexNumbers: Readonly<Record<string, ComplexKernel>> = {
  Complex: complexKernel<{ real: Value; imag: Value }>((_, parts) => ({
    real: real(parts.real),
    imag: real(parts.imag),
  })),
  Real: complexKernel<{ input: ComplexValue }>((_, { input }) => input.real),
  Imag: complexKernel<{ input: ComplexValue }>((_, { input }) => input.imag),
  ComplexAbs: complexKernel<{ x: ComplexValue }>((g, { x }) => magnitude(g, x)),
  FFT: complexKernel<{ input: ComplexValue }>((g, { input }) => transform(g, input, fourier)),
  IFFT: complexKernel<{ input: ComplexValue }>((g, { input }) => transform(g, input, inverse)),

  Identity: onParts(shapes, 'Identity'),
  ExpandDims: onParts(shapes, 'ExpandDims'),
  Concat: onParts(shapes, 'Concat'),
  Pack: onParts(shapes, 'Pack'),
  ZerosLike: onParts(shapes, 'ZerosLike'),
  Add: onParts(elementwise, 'Add'),
  Sub: onParts(elementwise, 'Sub'),
  Multiply: complexKernel<{ a: ComplexValue; b: ComplexValue }>((g, { a, b }) => multiply(g, a, b)),
  Reshape: complexKernel<{ x: ComplexValue }>((g, { x }, attributes) => {
    const { shape } = attributes as unknown as tf.ReshapeAttrs;
    const size = sizeOf(x.real.shape);
    const known = sizeOf(shape.filter((length) => length !== -1));
    return reshape(
      g,
      x,
      shape.map((length) => (length === -1 ? size / known : length)),
    );
  }),
};

function transform(g: GraphBuilder, x: ComplexValue, run: typeof fourier): ComplexValue {
  return sizeOf(x.real.shape) === 0 ? x : run(g, x);
}
