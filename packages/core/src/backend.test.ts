import * as tf from '@tensorflow/tfjs';
import { afterEach, expect, test } from 'vitest';
import { type BackendName, chooseBackend } from './backend';

const missing = (packageName: string) =>
  Promise.reject(new Error(`Cannot find package '${packageName}'\nRequire stack:`));

afterEach(async () => {
  await tf.setBackend('cpu');
});

test('auto falls back to cpu and keeps the reason of every attempt', async () => {
  const choice = await chooseBackend('auto', missing);
  expect(tf.getBackend()).toBe('cpu');
  expect(choice).toEqual({
    backend: 'cpu',
    reason: 'cpu is the fastest that works here (not available: node-gpu, node, wasm)',
    tried: [
      { name: 'node-gpu', error: "Cannot find package '@tensorflow/tfjs-node-gpu'" },
      { name: 'node', error: "Cannot find package '@tensorflow/tfjs-node'" },
      { name: 'wasm', error: "Cannot find package '@tensorflow/tfjs-backend-wasm'" },
    ],
  });
});

test('a backend that was asked for and does not load is an error that says what to do', async () => {
  await expect(chooseBackend('node', missing)).rejects.toThrow(
    'Cannot use the backend node as @tensorflow/tfjs-node must load and start: got "Cannot find package ' +
      "'@tensorflow/tfjs-node'\"; install it with npm install @tensorflow/tfjs-node, or choose auto.",
  );
});

test('a package that loads without registering its backend is no backend', async () => {
  await expect(chooseBackend('node-gpu', async () => ({}))).rejects.toThrow('registered no backend tensorflow');
});

test('a backend that fails to start is passed over', async () => {
  tf.registerBackend('tensorflow', () => {
    throw new Error('no device');
  });
  try {
    const { backend, tried } = await chooseBackend('auto', async (name) => {
      if (!name.includes('tfjs-node')) throw new Error('absent');
    });
    expect(backend).toBe('cpu');
    expect(tried[0]).toEqual({ name: 'node-gpu', error: 'TensorFlow.js could not start its backend tensorflow' });
  } finally {
    tf.removeBackend('tensorflow');
  }
});

test('only what is asked for is imported', async () => {
  const loaded: string[] = [];
  const { backend, reason } = await chooseBackend('cpu', async (name) => loaded.push(name));
  expect({ backend, reason, loaded }).toEqual({ backend: 'cpu', reason: 'cpu was asked for', loaded: [] });
});

test('an unknown backend is refused with the nearest name', async () => {
  await expect(chooseBackend('nod-gpu' as BackendName)).rejects.toThrow(
    /^Cannot choose a backend .* did you mean node-gpu\?$/,
  );
});

test('wasm loads from its package', async () => {
  const { backend } = await chooseBackend('wasm');
  expect(backend).toBe('wasm');
  expect(tf.getBackend()).toBe('wasm');
  expect(Array.from(tf.tensor([1, 2]).square().dataSync())).toEqual([1, 4]);
});
