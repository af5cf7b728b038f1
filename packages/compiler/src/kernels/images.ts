import type * as tf from '@tensorflow/tfjs';
import type { GraphBuilder, Value } from '../graph';
import { type KernelTable, kernel } from './kernel';
import { take } from './shapes';

type Resize = { alignCorners: boolean; halfPixelCenters?: boolean };

/** How many input pixels one output pixel spans. */
function ratio(inSize: number, outSize: number, alignCorners: boolean): number {
  return alignCorners && outSize > 1 ? (inSize - 1) / (outSize - 1) : inSize / outSize;
}

/** The two pixels that each output pixel lies between along one axis, and how far it is from the first. */
function neighbours(inSize: number, outSize: number, { alignCorners, halfPixelCenters }: Resize) {
  const span = ratio(inSize, outSize, alignCorners);
  return Array.from({ length: outSize }, (_, i) => {
    const at = halfPixelCenters ? span * (i + 0.5) - 0.5 : span * i;
    const low = Math.max(0, Math.floor(at));
    return { low, high: Math.min(inSize - 1, Math.ceil(at)), fraction: at - low };
  });
}

/** Resizes along one axis. */
function interpolate(g: GraphBuilder, x: Value, axis: 1 | 2, outSize: number, resize: Resize): Value {
  const pixels = neighbours(x.shape[axis]!, outSize, resize);
  const fractions = Float32Array.from(pixels, ({ fraction }) => fraction);
  const at = (which: 'low' | 'high') =>
    take(
      g,
      x,
      pixels.map((pixel) => pixel[which]),
      axis,
    );
  const [low, high] = [at('low'), at('high')];
  const shape = axis === 1 ? [outSize, 1, 1] : [outSize, 1];
  const step = g.binary('Mul', g.binary('Sub', high, low), g.constant({ values: fractions }, shape, 'float32'));
  return g.binary('Add', low, step);
}

/** The weights of input pixels for each output pixel along one axis: `[out, in]`. */
function linearWeights(inSize: number, outSize: number, resize: Resize): number[][] {
  return neighbours(inSize, outSize, resize).map(({ low, high, fraction }) => {
    const row = Array<number>(inSize).fill(0);
    row[low]! += 1 - fraction;
    row[high]! += fraction;
    return row;
  });
}

function nearestPixels(inSize: number, outSize: number, { alignCorners, halfPixelCenters }: Resize): number[] {
  const span = ratio(inSize, outSize, alignCorners);
  return Array.from({ length: outSize }, (_, i) => {
    const at = halfPixelCenters ? span * (i + 0.5) : span * i;
    return Math.max(0, Math.min(inSize - 1, alignCorners ? Math.round(at) : Math.floor(at)));
  });
}

/** One row a pixel, 1 where it reads. */
const oneHotRows = (pixels: readonly number[], size: number) =>
  pixels.map((pixel) => Array.from({ length: size }, (_, i) => (i === pixel ? 1 : 0)));

const flipped = (matrix: readonly number[][]) => matrix[0]!.map((_, i) => matrix.map((row) => row[i]!));

/** Mixes rows and columns of `[b, h, w, c]` by constant matrices `[h', h]` and `[w', w]`. */
function mix(g: GraphBuilder, x: Value, rows: readonly number[][], columns: readonly number[][]): Value {
  const constant = (matrix: readonly number[][]) =>
    g.constant({ values: Float32Array.from(matrix.flat()) }, [matrix.length, matrix[0]!.length], 'float32');
  const planes = g.transpose(x, [0, 3, 1, 2]); // b c h w
  const mixed = g.matMul(g.matMul(constant(rows), planes), constant(flipped(columns)));
  return g.transpose(mixed, [0, 2, 3, 1]);
}

export const images: KernelTable = {
  ResizeBilinear: kernel<'images', tf.ResizeBilinearAttrs>((g, { images }, attributes) => {
    const [h, w] = attributes.size;
    return interpolate(g, interpolate(g, g.cast(images, 'float32'), 2, w, attributes), 1, h, attributes);
  }),
  ResizeBilinearGrad: kernel<'images' | 'dy', tf.ResizeBilinearGradAttrs>((g, { images, dy }, { alignCorners }) => {
    const [, h, w] = images.shape as [number, number, number, number];
    const [, outH, outW] = dy.shape as [number, number, number, number];
    const back = (inSize: number, outSize: number) => flipped(linearWeights(inSize, outSize, { alignCorners }));
    return mix(g, dy, back(h, outH), back(w, outW));
  }),
  ResizeNearestNeighbor: kernel<'images', tf.ResizeNearestNeighborAttrs>((g, { images }, attributes) => {
    const [, h, w] = images.shape as [number, number, number, number];
    const [outH, outW] = attributes.size;
    return take(g, take(g, images, nearestPixels(h, outH, attributes), 1), nearestPixels(w, outW, attributes), 2);
  }),
  ResizeNearestNeighborGrad: kernel<'images' | 'dy', tf.ResizeNearestNeighborGradAttrs>(
    (g, { images, dy }, { alignCorners }) => {
      const [, h, w] = images.shape as [number, number, number, number];
      const [, outH, outW] = dy.shape as [number, number, number, number];
      const back = (inSize: number, outSize: number) =>
        flipped(oneHotRows(nearestPixels(inSize, outSize, { alignCorners }), inSize));
      return mix(g, dy, back(h, outH), back(w, outW));
    },
  ),
};
