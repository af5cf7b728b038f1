import { expect, test } from 'vitest';
import { advise, type Facts } from './advice';
import type { AddonState, Installed } from './installed';

const TENSORFLOW = { version: '2.21.0', folder: '/wheel/tensorflow', python: '/python', cuda: undefined };
const addon = (backend: AddonState['backend'], parts: Partial<AddonState> = {}): AddonState => ({
  backend,
  name: `@tensorflow/tfjs-${backend}`,
  version: undefined,
  link: undefined,
  unseen: undefined,
  works: { problem: 'not installed' },
  ...parts,
});
const INSTALLED: Installed = {
  runtime: { found: { version: '1.30.0', cuda: false } },
  wasm: { found: { version: '4.22.0' } },
  addons: [addon('node-gpu'), addon('node')],
  tensorflow: { problem: 'no Python' },
};
const GPU = { name: 'NVIDIA T4', driver: '550', memoryMiB: 15360 };
const facts = (installed: Partial<Installed> = {}, machine: Partial<Facts['machine']> = {}): Facts => ({
  machine: { os: 'linux', arch: 'x64', gpus: [], ...machine },
  installed: { ...INSTALLED, ...installed },
  taken: 'compiled',
});

test('without a GPU, compiled steps need nothing', () => {
  expect(advise(facts())).toEqual([]);
  expect(advise({ ...facts(), taken: 'node' })).toEqual([expect.stringContaining('--backend compiled, or auto.')]);
});

test('a GPU that nothing computes on: the steps that are left, and no others', () => {
  const gpus = [GPU];
  expect(advise(facts({}, { gpus }))).toEqual([
    'To compute on the NVIDIA T4: pip install "tensorflow[and-cuda]", then npm install --ignore-scripts @tensorflow/tfjs-node-gpu@4.22.0, then trimodal backend link --package node-gpu; then --backend node-gpu.',
  ]);
  const ready = {
    tensorflow: { found: { ...TENSORFLOW, cuda: '12.5.1' } },
    addons: [addon('node-gpu', { version: '4.22.0' }), addon('node')],
  };
  expect(advise(facts(ready, { gpus }))[0]).toBe(
    'To compute on the NVIDIA T4: trimodal backend link --package node-gpu; then --backend node-gpu.',
  );
  expect(advise(facts({}, { gpus, os: 'win32' }))).toEqual([
    'trimodal backend link, which brings the GPU in, covers Linux x64 alone.',
  ]);
});

test('a GPU that is ready is to be asked for, unless it is taken', () => {
  const works = { found: { gpu: true, tensorflow: '2.21.0' } };
  const ready = facts({ addons: [addon('node-gpu', { version: '4.22.0', works }), addon('node')] }, { gpus: [GPU] });
  expect(advise(ready)).toEqual([expect.stringContaining('The GPU is ready: --backend node-gpu')]);
  expect(advise({ ...ready, taken: 'node-gpu' })).toEqual([]);
});

test('what is installed and does not work is mended', () => {
  const works = { problem: 'it must load' };
  const node = (parts: Partial<AddonState>) => [
    addon('node-gpu'),
    addon('node', { version: '4.22.0', works, ...parts }),
  ];
  expect(advise(facts({ addons: node({}), tensorflow: { found: TENSORFLOW } }))).toEqual([
    'For @tensorflow/tfjs-node, as it does not load: trimodal backend link --package node.',
  ]);
  const link = { tensorflow: TENSORFLOW, package: 'x', node: 'v20', date: 'then', intact: false };
  expect(advise(facts({ addons: node({ link }) }))).toEqual([
    'For @tensorflow/tfjs-node, as the TensorFlow it was linked to is gone from /wheel/tensorflow: pip install tensorflow, then trimodal backend link --package node.',
  ]);
  expect(advise(facts({ addons: node({ unseen: 'trimodal does not see it in /a: install it there' }) }))).toEqual([
    'For @tensorflow/tfjs-node: trimodal does not see it in /a: install it there.',
  ]);
  expect(advise(facts({ addons: node({}) }, { os: 'darwin' }))).toEqual([
    '@tensorflow/tfjs-node does not work here; to be rid of it: npm uninstall @tensorflow/tfjs-node.',
  ]);
  expect(advise(facts({ addons: node({ works: { found: { gpu: false, tensorflow: '2.21.0' } } }) }))).toEqual([]);
});

test('what compiled and wasm lack is told where it matters', () => {
  const runtime = { problem: 'Cannot find package' };
  const wasm = { problem: 'Cannot find package' };
  expect(advise({ ...facts({ wasm }), taken: 'compiled' })).toEqual([]);
  expect(advise({ ...facts({ runtime, wasm }), taken: 'cpu' })).toEqual([
    expect.stringContaining('ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node'),
    expect.stringContaining('npm install @tensorflow/tfjs-backend-wasm'),
  ]);
});
