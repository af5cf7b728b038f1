import * as tf from '@tensorflow/tfjs';
import { gelu, maskedSoftmax, normalize, Rng } from '@trimodal/core';
import { expectClose } from '@trimodal/testing';
import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { TraceError } from './errors';
import { toOnnx } from './to-onnx';
import type { TraceFunction } from './trace';

const random = (shape: number[], seed: number) => {
  const rng = new Rng(seed);
  return tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.normal()),
    shape,
  );
};

/** Attention over time with a mask, a unit that reads its final state, and a constant of the batch's size. */
const model = (): TraceFunction => {
  const weights = [4, 4, 4].map((size, i) => tf.variable(random([4, size], i)));
  const [wq, wk, wv] = weights as [tf.Variable<tf.Rank.R2>, tf.Variable<tf.Rank.R2>, tf.Variable<tf.Rank.R2>];
  return ({ x, mask }) => {
    const [b, t, d] = x!.shape as [number, number, number];
    const rows = normalize(x!).reshape<tf.Tensor2D>([b * t, d]);
    const heads = (w: tf.Tensor2D) => rows.matMul(w).reshape([b, t, 2, 2]).transpose([0, 2, 1, 3]);
    const scores = tf.matMul(heads(wq), heads(wk), false, true);
    const weights = maskedSoftmax(scores, mask!.reshape([b, 1, 1, t]));
    const mixed = tf.matMul(weights, heads(wv)).transpose([0, 2, 1, 3]).reshape([b, t, d]);
    const steps = tf.unstack(mixed, 1);
    let state: tf.Tensor = tf.zeros([b, d]);
    for (const step of steps) state = state.mul(0.5).add(gelu(step)).tanh();
    return {
      state,
      weights,
      padded: tf.concat([state, tf.ones([b, 2])], 1),
      last: tf.slice(state, [b - 1, 0], [1, d]),
    };
  };
};

test('a file runs at every batch size', async () => {
  const fn = model();
  const file = toOnnx(fn, {
    inputs: { x: { shape: ['batch', 3, 4] }, mask: { shape: ['batch', 3] } },
    metadata: { labels: '-3..3' },
  });
  const session = await ort.InferenceSession.create(file);
  expect(session.inputNames).toEqual(['x', 'mask']);
  expect(session.inputMetadata.map((input) => 'shape' in input && input.shape)).toEqual([
    ['batch', 3, 4],
    ['batch', 3],
  ]);
  expect(session.outputMetadata.map((output) => 'shape' in output && output.shape)).toEqual([
    ['batch', 4],
    ['batch', 2, 3, 3],
    ['batch', 6],
    [1, 4],
  ]);
  for (const size of [1, 2, 7, 29]) {
    const x = random([size, 3, 4], 10 + size);
    const mask = random([size, 3], 20 + size).step();
    const got = await session.run({
      x: new ort.Tensor('float32', x.dataSync() as Float32Array, x.shape),
      mask: new ort.Tensor('float32', mask.dataSync() as Float32Array, mask.shape),
    });
    const wanted = fn({ x, mask }, undefined as never);
    for (const [name, tensor] of Object.entries(wanted)) {
      expect(got[name]!.dims).toEqual(tensor.shape);
      expectClose(got[name]!.data as Float32Array, tensor, { absolute: 1e-6 });
    }
  }
});

test.each([29, 31, 64, 1009, 1013])('a size of %d is as good as any beside the one that varies', async (size) => {
  const fn: TraceFunction = ({ x }) => {
    const [b] = x!.shape as [number];
    return { turned: x!.reshape([size, b]).neg(), twice: tf.concat([x!, x!.transpose().reshape([b, size])], 1) };
  };
  const session = await ort.InferenceSession.create(toOnnx(fn, { inputs: { x: { shape: ['batch', size] } } }));
  const x = random([3, size], 1);
  const got = await session.run({ x: new ort.Tensor('float32', x.dataSync() as Float32Array, x.shape) });
  for (const [name, tensor] of Object.entries(fn({ x }, undefined as never))) {
    expect(got[name]!.dims).toEqual(tensor.shape);
    expectClose(got[name]!.data as Float32Array, tensor);
  }
});

test('fixed sizes need no name', async () => {
  const file = toOnnx(({ i }) => ({ y: tf.oneHot(i!, 3) }), { inputs: { i: { shape: [2], dtype: 'int32' } } });
  const session = await ort.InferenceSession.create(file);
  const { y } = await session.run({ i: new ort.Tensor('int32', Int32Array.of(2, 0), [2]) });
  expect(Array.from(y!.data as Float32Array)).toEqual([0, 0, 1, 1, 0, 0]);
});

test('refuses what a file cannot hold', () => {
  const x = { shape: ['batch', 3] };
  expect(() => toOnnx(({ x }) => ({ y: x!.div(x!.shape[0]!) }), { inputs: { x } })).toThrow(
    /Cannot leave batch open as only shapes may depend on it: got a constant \[\]/,
  );
  expect(() => toOnnx(({ x }) => ({ y: x!.sum(0) }), { inputs: { x: { shape: ['b', 't'] } } })).toThrow(
    'Cannot write ONNX as at most one size may vary: got b, t.',
  );
  expect(() => toOnnx(({ x }, { rng }) => ({ y: x!.mul(rng.keepMask([3], 0.5)) }), { inputs: { x } })).toThrow(
    TraceError,
  );
  expect(() => toOnnx(({ x }) => ({ x: x!.mul(2) }), { inputs: { x } })).toThrow(
    'must not have the name of an input: got x',
  );
});
