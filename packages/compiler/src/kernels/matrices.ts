import type * as tf from '@tensorflow/tfjs';
import { type GraphBuilder, sizeOf, type Value } from '../graph';
import { elementwise } from './elementwise';
import { type KernelTable, kernel, numeric, real } from './kernel';

/** Swaps the last two axes. */
export function transposed(g: GraphBuilder, x: Value): Value {
  const axes = x.shape.map((_, axis) => axis);
  return g.transpose(x, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!]);
}

function matMul(g: GraphBuilder, a: Value, b: Value, transposeA: boolean, transposeB: boolean): Value {
  return g.matMul(transposeA ? transposed(g, numeric(a)) : numeric(a), transposeB ? transposed(g, b) : b);
}

/** Applies an activation by the name that fused kernels use. */
export function activate(g: GraphBuilder, x: Value, activation: string, alpha?: number, slopes?: Value): Value {
  if (activation === 'linear') return x;
  const names: Record<string, string> = {
    relu: 'Relu',
    relu6: 'Relu6',
    elu: 'Elu',
    sigmoid: 'Sigmoid',
    leakyrelu: 'LeakyRelu',
    prelu: 'Prelu',
  };
  const apply = elementwise[names[activation] ?? ''];
  if (!apply) throw new RangeError(`no graph form of activation ${activation}`);
  return apply(g, slopes ? { x, alpha: slopes } : { x }, { alpha: alpha as never }) as Value;
}

export const matrices: KernelTable = {
  BatchMatMul: kernel<'a' | 'b', tf.BatchMatMulAttrs>((g, { a, b }, { transposeA, transposeB }) =>
    matMul(g, a, b, transposeA, transposeB),
  ),
  _FusedMatMul: kernel<'a' | 'b' | 'bias' | 'preluActivationWeights', tf._FusedMatMulAttrs>((g, inputs, attributes) => {
    const { a, b, bias, preluActivationWeights } = inputs;
    const { transposeA, transposeB, activation, leakyreluAlpha } = attributes;
    const product = matMul(g, a, b, transposeA, transposeB);
    const sum = bias ? g.binary('Add', product, bias) : product;
    return activation ? activate(g, sum, activation, leakyreluAlpha, preluActivationWeights) : sum;
  }),
  Einsum: (g, inputs, attributes) => {
    const { equation } = attributes as unknown as tf.EinsumAttrs;
    const tensors = Object.values(inputs);
    const [left, right] = equation.replaceAll(' ', '').split('->') as [string, string];
    const sizes = new Map(
      left.split(',').flatMap((term, i) => [...term].map((name, axis) => [name, tensors[i]!.shape[axis]!])),
    );
    const shape = [...right].map((name) => sizes.get(name)!);
    return g.add('Einsum', tensors, shape, tensors[0]!.type, { attributes: { equation } });
  },
  FusedBatchNorm: kernel<'x' | 'scale' | 'offset' | 'mean' | 'variance', tf.FusedBatchNormAttrs>(
    (g, inputs, attributes) => {
      const { x, scale, offset, mean, variance } = inputs;
      const root = g.unary(
        'Sqrt',
        g.binary('Add', variance, g.scalar(Math.fround(attributes.varianceEpsilon ?? 0.001))),
      );
      const centred = g.binary('Sub', real(x), mean);
      const scaled = g.binary('Div', scale ? g.binary('Mul', centred, scale) : centred, root);
      return offset ? g.binary('Add', scaled, offset) : scaled;
    },
  ),
  Diag: kernel<'x'>((g, { x }) => {
    const size = sizeOf(x.shape);
    const eye = Uint8Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
    const diagonal = g.constant({ values: eye }, [size, size], 'bool');
    const row = g.reshape(x, [1, size]);
    const zero = g.scalar(0, x.type);
    return g.reshape(g.where(diagonal, row, zero), [...x.shape, ...x.shape]);
  }),
};
