import * as tf from '@tensorflow/tfjs';
import { anyShape, type Case, checkCoverage, checkKernels } from './__fixtures__/check-kernels';
import { images } from './images';

const GRADIENTS = ['ResizeBilinearGrad', 'ResizeNearestNeighborGrad'];
checkCoverage(images, {
  'TensorFlow.js refuses the dtype': { bool: ['ResizeBilinear', 'ResizeNearestNeighbor'] },
  'gradients are of real numbers': { int32: GRADIENTS, bool: GRADIENTS },
  // 0 times NaN: it spreads over its row and column, which the cpu backend leaves alone
  'gradients are matrix products': { NaN: GRADIENTS, infinity: GRADIENTS },
});

const drawn: Record<string, Case> = {};
for (const dtype of ['float32', 'int32'] as const) {
  for (const [name, resize] of Object.entries({
    bilinear: tf.image.resizeBilinear,
    nearest: tf.image.resizeNearestNeighbor,
  })) {
    drawn[`${name} ${dtype}`] = {
      args: (rng, draw) => {
        const [b, ...others] = anyShape(rng, Math.max(draw, 1), 4, 4);
        return { x: { shape: [draw === 0 ? 0 : b!, ...others], dtype, special: draw % 3 === 2 } };
      },
      run: ({ x }) => {
        const size: [number, number] = [1 + ((x!.shape[1]! * 5) % 7), 1 + ((x!.shape[2]! * 3) % 5)];
        const image = x as tf.Tensor4D;
        return [resize(image, size), resize(image, size, true), resize(image, size, false, true)];
      },
      relative: 1e-5,
      absolute: 5e-6,
    };
  }
}
drawn['gradients'] = {
  // square and one image, as the cpu backend's gradients swap height and width, and misplace the second image
  args: (rng, draw) => {
    const [size, channels] = [2 + rng.int(4), 1 + rng.int(3)];
    return { x: { shape: [draw === 0 ? 0 : 1, size, size, channels], special: draw % 3 === 2 && [-0, 1] } };
  },
  run: ({ x }) =>
    [tf.image.resizeBilinear, tf.image.resizeNearestNeighbor].flatMap((resize) =>
      [false, true].map((align) =>
        tf.grad((x: tf.Tensor) =>
          resize(x as tf.Tensor4D, [3, 5], align)
            .square()
            .sum(),
        )(x!),
      ),
    ),
  relative: 1e-5,
  absolute: 2e-5,
};
checkKernels('images', drawn);

const random = (shape: number[]) => ({ shape });
const convolved: Record<string, Case> = {};
for (const [h, w] of [
  [7, 3],
  [3, 9],
  [4, 5],
] as const) {
  for (const align of [false, true]) {
    for (const half of [false, true]) {
      if (align && half) continue;
      convolved[`resize to ${h} ${w} ${align} ${half}`] = {
        // square and one image, as the cpu backend's gradients swap height and width, and misplace the second image
        args: { x: random([1, 5, 5, 3]), dy: random([1, h, w, 3]) },
        run: ({ x, dy }) => {
          const [bilinear, nearest] = [tf.image.resizeBilinear, tf.image.resizeNearestNeighbor].map(
            (resize) => (value: tf.Tensor) => resize(value as tf.Tensor4D, [h, w], align, half),
          ) as [(x: tf.Tensor) => tf.Tensor, (x: tf.Tensor) => tf.Tensor];
          // TensorFlow.js has no gradient for centres of pixels
          const gradients = half
            ? []
            : [bilinear, nearest].map((f) => tf.grad((x: tf.Tensor) => f(x).mul(dy!).sum())(x!));
          return [bilinear(x!), nearest(x!), ...gradients];
        },
        relative: 1e-5,
        absolute: 5e-6,
      };
    }
  }
}

checkKernels('resize by hand', convolved);
