import * as tf from '@tensorflow/tfjs';
import { expectClose } from '@trimodal/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chooseBackend } from './backend';
import { Rng } from './rng';

beforeAll(async () => {
  await chooseBackend('wasm');
});
afterAll(async () => {
  await tf.setBackend('cpu');
});

type Compute = (...inputs: tf.Tensor[]) => tf.Tensor;

/** Values and gradients of `compute` on wasm agree with those on cpu, and wasm keeps nothing. */
async function expectSameAsOnCpu(compute: Compute, ...shapes: number[][]): Promise<void> {
  const rng = new Rng(1);
  const data = shapes.map((shape) =>
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.normal() - 1),
  );
  const run = async (backend: string) => {
    await tf.setBackend(backend);
    const inputs = data.map((values, i) => tf.tensor(values, shapes[i]!));
    const before = tf.memory().numTensors;
    const results = tf.tidy(() => {
      const output = compute(...inputs);
      const weights = tf.range(0, output.size).reshape(output.shape).cos();
      const gradients = tf.grads((...xs) =>
        compute(...xs)
          .mul(weights)
          .sum(),
      )(inputs);
      return [output, ...gradients].map((x) => ({ shape: x.shape, values: x.dataSync() }));
    });
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose(inputs);
    return results;
  };
  const onCpu = await run('cpu');
  const onWasm = await run('wasm');
  onWasm.forEach(({ shape, values }, i) => {
    expect(shape).toEqual(onCpu[i]!.shape);
    expectClose(values, onCpu[i]!.values, { relative: 1e-5, absolute: 1e-6 });
  });
}

describe('matrix products', () => {
  test.each([
    [false, false, [3, 4], [4, 5]],
    [true, false, [4, 3], [4, 5]],
    [false, true, [3, 4], [5, 4]],
    [true, true, [4, 3], [5, 4]],
    [false, false, [2, 3, 4], [2, 4, 5]],
    [true, false, [2, 4, 3], [2, 4, 5]],
    [false, true, [2, 3, 4], [2, 5, 4]],
    [true, true, [2, 7, 4, 3], [2, 7, 5, 4]],
  ])('transposeA %s, transposeB %s, [%s] by [%s]', async (transposeA, transposeB, a, b) => {
    await expectSameAsOnCpu((x, y) => tf.matMul(x!, y!, transposeA, transposeB), a, b);
  });

  test('one operand may be a single matrix', async () => {
    await tf.setBackend('wasm');
    const a = tf.randomUniform([2, 3, 4], 0, 1, 'float32', 1);
    const b = tf.randomUniform([1, 4, 5], 0, 1, 'float32', 2);
    const product = tf.matMul(a, b);
    expect(product.shape).toEqual([2, 3, 5]);
    expectClose(product, a.reshape([6, 4]).matMul(b.reshape([4, 5])));
    expect(() => tf.matMul(tf.ones([2, 1, 3, 4]), tf.ones([1, 5, 4, 3]))).toThrow('batches must be equal or 1');
  });
});

describe('kernels that wasm lacks or gets wrong', () => {
  test('the gradient of gather', () =>
    expectSameAsOnCpu((x) => tf.gather(x!, tf.tensor1d([3, 0, 3], 'int32')), [4, 5]));

  test('the gradient of a convolution', () =>
    expectSameAsOnCpu((x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same'), [2, 5, 4, 3], [3, 3, 3, 2]));

  test('the gradient of a depthwise convolution', () =>
    expectSameAsOnCpu(
      (x, w) => tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same'),
      [2, 5, 4, 3],
      [3, 3, 3, 1],
    ));

  test('the gradient of maximum pooling below 0', () =>
    expectSameAsOnCpu((x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'), [1, 4, 4, 2]));

  test('the gradient of a three-dimensional convolution', () =>
    expectSameAsOnCpu(
      (x, w) => tf.conv3d(x as tf.Tensor5D, w as tf.Tensor5D, 1, 'same'),
      [1, 3, 4, 3, 2],
      [2, 2, 2, 2, 3],
    ));

  test('einsum', async () => {
    await tf.setBackend('wasm');
    const a = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
    expectClose(tf.einsum('ij,kj->ik', a, a), [14, 32, 32, 77]);
  });
});
