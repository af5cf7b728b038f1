import { expect, test } from 'vitest';
import { newFolder, printed, readJson } from '../__fixtures__/cli';
import { doctor } from './doctor';

test('tells the machine, what is installed, the backend with its reason and its speed, as lines and as JSON', async () => {
  const json = `${newFolder()}/doctor.json`;
  const { text } = await printed(() => doctor({ json, python: '/nothing/python' }));
  expect(text).toMatch(/^machine +\w+ \w+, \d+ cores of .+, \d+ GiB; Node \d+\./m);
  expect(text).toMatch(/^GPU +\S/m);
  expect(text).toMatch(/^CUDA +\S/m);
  expect(text).toMatch(/^ {2}@tensorflow\/tfjs +4\.22\.0 +cpu$/m);
  expect(text).toMatch(/^ {2}@tensorflow\/tfjs-node +- +not installed$/m);
  expect(text).toMatch(/^ {2}TensorFlow of Python +- +Cannot find TensorFlow .*\/nothing\/python/m);
  expect(text).toMatch(/^backend +compiled: whole training steps in ONNX Runtime/m);
  const [, ms, steps] = /^speed +([\d.]+) ms a training step of dbr, .*median of (\d+) steps/m.exec(text)!;
  const { backend, speed, machine, installed } = readJson(json);
  expect(backend.name).toBe('compiled');
  expect(speed.stepMs.toFixed(1)).toBe(ms);
  expect(String(speed.steps)).toBe(steps);
  expect(speed.stepMs).toBeLessThan(speed.firstMs);
  expect(machine.node).toBe(process.version);
  expect(installed.runtime.found.version).toMatch(/^1\./);
});

test('a backend that does not work is told of, and the rest is told all the same', async () => {
  const { text } = await printed(() => doctor({ backend: 'node', python: '/nothing/python' }));
  expect(text).toMatch(/^backend +Cannot use the backend node as @tensorflow\/tfjs-node must load and start/m);
  expect(text).not.toMatch(/^speed/m);
});
