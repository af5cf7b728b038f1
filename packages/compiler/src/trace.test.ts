import * as tf from '@tensorflow/tfjs';
import { afterEach, expect, test } from 'vitest';
import { compile } from './compile';
import { TraceError } from './errors';
import { type TraceFunction, trace } from './trace';

const x = { x: { shape: [2, 3] } };

const weight = tf.variable(tf.tensor1d([1, 2, 3]), true, 'read-while-tracing');
const READ_OF_A_VARIABLE =
  /^Cannot read the value of a variable .* got a read of read-while-tracing \[3\] at .*trace\.test\.ts:\d+:\d+.*; use the variable itself/;
const RANDOM =
  /^Cannot compile a random number .* got a call of Math\.random at .*trace\.test\.ts:\d+:\d+.*; draw keep-masks with the rng/;

afterEach(() => expect(tf.getBackend()).toBe('cpu'));

test.each<[string, TraceFunction, RegExp]>([
  [
    'a read of a result',
    ({ x }) => ({ y: x!.mul(x!.exp().dataSync()[0]!) }),
    /Cannot read the value of a tensor .* got a read of the result of Exp \[2,3\] at .*trace\.test\.ts:\d+:\d+.*; use tensor operations/,
  ],
  [
    'a read of an input',
    ({ x }) => ({ y: tf.scalar(x!.arraySync() as unknown as number) }),
    /got a read of an input \[2,3\]/,
  ],
  ['a read of a variable', ({ x }) => ({ y: x!.mul(weight.dataSync()[0]!) }), READ_OF_A_VARIABLE],
  ['a read of a part of a variable', ({ x }) => ({ y: x!.mul(weight.arraySync() as number[]) }), READ_OF_A_VARIABLE],
  ['uniform numbers', ({ x }) => ({ y: x!.add(tf.randomUniform([3])) }), RANDOM],
  ['normal numbers', ({ x }) => ({ y: x!.add(tf.randomNormal([3])) }), RANDOM],
  ['truncated normal numbers', ({ x }) => ({ y: x!.add(tf.truncatedNormal([3])) }), RANDOM],
  ['gamma numbers', ({ x }) => ({ y: x!.add(tf.randomGamma([3], 1)) }), RANDOM],
  ['dropout', ({ x }) => ({ y: tf.dropout(x!, 0.5) }), RANDOM],
  ['drawn classes', ({ x }) => ({ y: tf.multinomial(x as tf.Tensor2D, 4) }), RANDOM],
  ['a random number of JavaScript', ({ x }) => ({ y: x!.mul(Math.random()) }), RANDOM],
  [
    'drawn classes with a seed',
    ({ x }) => ({ y: tf.multinomial(x as tf.Tensor2D, 4, 7) }),
    /Cannot compile Multinomial at .*trace\.test\.ts:\d+:\d+.*got none/,
  ],
  ['a result that is no record', ({ x }) => x as never, /must return a record of tensors: got a Tensor\./],
  ['a promise', (async () => ({})) as never, /must return a record of tensors: got a Promise\./],
  [
    'a kernel without a graph form',
    ({ x }) => ({
      y: tf.image.nonMaxSuppression(x!.reshape([1, 6]).slice([0, 0], [1, 4]) as tf.Tensor2D, tf.tensor1d([1]), 1),
    }),
    /Cannot compile NonMaxSuppressionV3 at .*trace\.test\.ts:\d+:\d+.* got none/,
  ],
  [
    'a dtype without a graph form',
    () => ({ y: tf.tensor(['a']) }),
    /dtype must be float32, int32 or bool: got string at .*trace\.test\.ts/,
  ],
  [
    'a nested compile',
    ({ x }) => {
      trace(({ x }) => ({ y: x!.exp() }), { x: { shape: [1] } });
      return { y: x! };
    },
    /got a nested compile/,
  ],
])('refuses %s', (_, fn, message) => {
  expect(() => trace(fn, x)).toThrow(message);
  expect(() => trace(fn, x)).toThrow(TraceError);
});

test('randomness and reads are back after a trace', () => {
  const { random } = Math;
  expect(() => trace(({ x }) => ({ y: x!.mul(Math.random()) }), x)).toThrow(TraceError);
  expect(Math.random).toBe(random);
  expect(Array.from(weight.dataSync())).toEqual([1, 2, 3]);
  expect(tf.randomUniform([2]).shape).toEqual([2]);
});

test('a seed makes numbers a constant, as it does eagerly', async () => {
  const noisy = ({ x }: Record<string, tf.Tensor>) => ({ y: x!.add(tf.randomUniform([3], 0, 1, 'float32', 5)) });
  const compiled = await compile(noisy, { inputs: x, threads: 1 });
  const { y } = await compiled.run({ x: new Float32Array(6) });
  expect(y!.data).toEqual(noisy({ x: tf.zeros([2, 3]) }).y.dataSync());
  await compiled.dispose();
});

test("lets the caller's own error through", () => {
  const fail = () => {
    throw new RangeError('mine');
  };
  expect(() => trace(fail, x)).toThrow(RangeError);
});

test('puts an assigned variable back, and says so', () => {
  const w = tf.variable(tf.tensor1d([1, 2, 3]));
  const assign: TraceFunction = ({ x }) => {
    w.assign(w.mul(2));
    return { y: x!.mul(w) };
  };
  expect(() => trace(assign, x)).toThrow(`got ${w.name} assigned; return the new value as an output instead`);
  expect(Array.from(w.dataSync())).toEqual([1, 2, 3]);
  w.dispose();
});

test('frees a variable made while tracing, and says so', () => {
  const before = Object.keys(tf.engine().registeredVariables).length;
  expect(() => trace(({ x }) => ({ y: x!.mul(tf.variable(tf.scalar(2))) }), x)).toThrow(/created/);
  expect(Object.keys(tf.engine().registeredVariables).length).toBe(before);
});

test('a tensor of an earlier trace is refused', () => {
  let kept: tf.Tensor | undefined;
  trace(({ x }) => {
    kept = tf.keep(x!.exp());
    return { y: x! };
  }, x);
  expect(() => kept!.dataSync()).toThrow('must not outlive the trace that made it');
  kept!.dispose();
});

test('leaks no tensor, even if the function fails', () => {
  const w = tf.variable(tf.ones([3]));
  const before = tf.memory().numTensors;
  trace(({ x }) => tf.variableGrads(() => x!.mul(w).sum() as tf.Scalar, [w]).grads, x);
  expect(() => trace(({ x }) => ({ y: tf.scalar(x!.mul(w).sum().dataSync()[0]!) }), x)).toThrow(TraceError);
  expect(tf.memory().numTensors).toBe(before);
  w.dispose();
});

test('constants and variables of the active backend stay where they are', async () => {
  const constant = tf.tensor1d([1, 2, 3]);
  const w = tf.variable(tf.tensor1d([4, 5, 6]));
  const compiled = await compile(
    ({ x }) => {
      const copy = w.clone();
      const y = x!.mul(constant).add(copy);
      copy.dispose();
      return { y };
    },
    { inputs: x, threads: 1 },
  );
  expect(Array.from(constant.dataSync())).toEqual([1, 2, 3]);
  expect(Array.from(w.dataSync())).toEqual([4, 5, 6]);
  constant.dispose();
  const { y } = await compiled.run({ x: Float32Array.of(1, 1, 1, 0, 0, 0) });
  expect(Array.from(y!.data)).toEqual([5, 7, 9, 4, 5, 6]);
  await compiled.dispose();
  w.dispose();
});

test('a run says what is wrong with its feeds', async () => {
  const compiled = await compile(({ x }, { rng }) => ({ y: x!.mul(rng.keepMask([3], 0.5)) }), {
    inputs: x,
    threads: 1,
  });
  const rng = { fillKeepMask: (out: Uint8Array | Float32Array) => void out.fill(1) };
  await expect(compiled.run({}, { rng })).rejects.toThrow('Cannot run as input x must be a Float32Array: got nothing.');
  await expect(compiled.run({ x: new Int32Array(6) }, { rng })).rejects.toThrow(
    'must be a Float32Array: got Int32Array.',
  );
  await expect(compiled.run({ x: new Float32Array(4) }, { rng })).rejects.toThrow(
    'input x must have 6 elements, shape [2,3]: got 4; compile once more for another shape.',
  );
  await expect(compiled.run({ x: new Float32Array(6), z: new Float32Array(1) }, { rng })).rejects.toThrow(
    'feeds must be inputs [x]: got z.',
  );
  await expect(compiled.run({ x: new Float32Array(6) })).rejects.toThrow('must get an rng: got none.');
  await expect(compiled.run({ x: new Float32Array(6) }, { rng, into: { y: new Float32Array(5) } })).rejects.toThrow(
    'array for output y must be a Float32Array of 6 elements: got 5',
  );
  await compiled.dispose();
});

test.each(['nonsense', 'cuda'])('the provider %s is named where it is not there', async (provider) => {
  const compiled = compile(({ x }) => ({ y: x!.exp() }), { inputs: x, providers: [provider] });
  const error = await compiled.catch((error: Error) => error);
  // a machine may have cuda
  if (!(error instanceof Error) && provider === 'cuda') return error.dispose();
  expect(String(error)).toMatch(
    new RegExp(`Cannot compile for \\[${provider}\\] as ONNX Runtime must load the execution provider: got .*; .*cpu`),
  );
});
