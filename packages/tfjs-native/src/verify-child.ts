// The program that `verifyAddon` runs in a process of its own, as an addon that does not fit may end it: loads the package in the folder that
// is its argument, trains on its backend and on plain JavaScript, and prints what it found as a line of JSON.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { restoreRemovedUtil } from './polyfill';
import { type Tf, trainingLosses } from './training-losses';
import type { Findings } from './verify-addon';

const STEPS = 3;
const SIZE = 512;

restoreRemovedUtil();
const require = createRequire(join(process.argv[2]!, 'package.json'));
const tf: Tf = require(process.argv[2]!);
const losses = trainingLosses(tf);
const { binding, isUsingGpuDevice } = tf.backend() as unknown as {
  binding: { TF_Version: string };
  isUsingGpuDevice: boolean;
};
const findings: Findings = {
  backend: tf.getBackend(),
  tensorflow: binding.TF_Version,
  gpu: isUsingGpuDevice,
  losses,
  gflops: productSpeed(),
  expected: await onCpu(),
};
process.stdout.write(`${JSON.stringify(findings)}\n`);

/** Billions of operations a second in a product of square matrices, the first left out. */
function productSpeed(): number {
  const matrix = tf.ones([SIZE, SIZE]);
  const product = () => tf.tidy(() => tf.matMul(matrix, matrix).dataSync()[0]);
  product();
  const start = performance.now();
  for (let step = 0; step < STEPS; step++) product();
  const seconds = (performance.now() - start) / 1000;
  matrix.dispose();
  return (STEPS * 2 * SIZE ** 3) / seconds / 1e9;
}

async function onCpu(): Promise<number[]> {
  tf.enableProdMode(); // else the backend prints a banner
  await tf.setBackend('cpu');
  return trainingLosses(tf);
}
