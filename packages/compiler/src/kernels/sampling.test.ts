import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { compile } from '../compile';
import { anyShape, type Case, checkCoverage, checkKernels } from './__fixtures__/check-kernels';
import { sampling } from './sampling';

checkCoverage(sampling, {
  'TensorFlow.js refuses the dtype': {
    int32: ['RotateWithOffset', 'Transform'],
    bool: ['RotateWithOffset', 'Transform', 'CropAndResize'],
  },
});

const cases: Record<string, Case> = {};
for (const dtype of ['float32', 'int32'] as const) {
  for (const method of ['bilinear', 'nearest'] as const) {
    cases[`cropAndResize ${method} ${dtype}`] = {
      args: (rng, draw) => {
        const shape = anyShape(rng, Math.max(draw, 1), 4, 4);
        const n = draw === 0 ? 0 : 1 + rng.int(4);
        return {
          image: { shape, dtype, special: draw % 3 === 2 },
          boxes: { shape: [n, 4], low: -0.3, high: 1.3 },
          indices: { shape: [n], dtype: 'int32', low: 0, high: shape[0]! },
        };
      },
      run: ({ image, boxes, indices }) =>
        (
          [
            [3, 4],
            [1, 2],
            [5, 1],
          ] as const
        ).map((size) =>
          tf.image.cropAndResize(
            image as tf.Tensor4D,
            boxes as tf.Tensor2D,
            indices as tf.Tensor1D,
            [...size],
            method,
            -7,
          ),
        ),
      relative: 1e-5,
      absolute: 1e-5,
    };
  }
}
for (const center of [0.5, 0, [0.2, 0.9]] as (number | [number, number])[]) {
  for (const fill of [0, [1, 2, 3]] as (number | [number, number, number])[]) {
    cases[`rotateWithOffset about ${center} over ${fill}`] = {
      args: (rng, draw) => ({ x: { shape: [...anyShape(rng, draw, 3, 3), 3 + (draw % 2)], special: draw % 3 === 2 } }),
      run: ({ x }) =>
        [0, 0.3, 2, -Math.PI / 2].map((angle) => tf.image.rotateWithOffset(x as tf.Tensor4D, angle, fill, center)),
    };
  }
}
for (const interpolation of ['nearest', 'bilinear'] as const) {
  for (const mode of ['constant', 'reflect', 'wrap', 'nearest'] as const) {
    cases[`transform ${interpolation} ${mode}`] = {
      args: (rng, draw) => {
        // one image, as the cpu backend leaves out all others
        const [, h, w, c] = anyShape(rng, Math.max(draw, 1), 4, 4);
        return {
          x: { shape: [1, h!, draw === 0 ? 0 : w!, c!], special: draw % 3 === 2 },
          t: { shape: [1, 6], low: -2, high: 2 },
          p: { shape: [1, 2], low: -0.3, high: 0.3, special: draw === 4 && [-1, 0] },
        };
      },
      run: ({ x, t, p }) => {
        const transforms = tf.concat([t!, p!], 1) as tf.Tensor2D;
        const image = x as tf.Tensor4D;
        if (x!.size === 0) return tf.image.transform(image, transforms, interpolation, mode, 4);
        return [
          tf.image.transform(image, transforms, interpolation, mode, 4),
          tf.image.transform(image, transforms, interpolation, mode, -1, [3, 5]),
        ];
      },
      relative: 1e-5,
      absolute: 1e-4,
    };
  }
}
checkKernels('sampling', cases);

test('every image is transformed, where the cpu backend leaves out all but the first', async () => {
  const shift = ({ x }: Record<string, tf.Tensor>) => ({
    y: tf.image.transform(x as tf.Tensor4D, [
      [1, 0, 1, 0, 1, 0, 0, 0],
      [1, 0, 0, 0, 1, 0, 0, 0],
    ]),
  });
  const x = Float32Array.of(1, 2, 3, 4, 5, 6);
  const compiled = await compile(shift, { inputs: { x: { shape: [2, 1, 3, 1] } }, threads: 1 });
  expect(Array.from((await compiled.run({ x })).y!.data)).toEqual([2, 3, 0, 4, 5, 6]);
  expect(Array.from(shift({ x: tf.tensor4d(x, [2, 1, 3, 1]) }).y.dataSync())).toEqual([2, 3, 0, 0, 0, 0]);
  await compiled.dispose();
});
