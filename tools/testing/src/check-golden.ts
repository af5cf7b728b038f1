import * as tf from '@tensorflow/tfjs';
import { Rng } from '@trimodal/core';
import { expectReference } from './expect-reference';
import { fixtureTensor, readFixture } from './fixture';

type Named = Readonly<Record<string, tf.Tensor>>;

/**
 * Throws unless outputs and gradients are those of a fixture beside the test whose `import.meta.url` is given; arrays of
 * the fixture whose name has no colon are inputs without a gradient.
 */
export function checkGolden<M extends object>(
  testUrl: string,
  name: string,
  module: M,
  run: (module: M, inputs: Named) => Named,
): void {
  const fixture = readFixture(testUrl, name);
  const keys = Object.keys(fixture);
  expectReference(fixture, module, (input) => {
    const differentiated = keys.filter((key) => key.startsWith('input:')).map((key) => key.slice('input:'.length));
    const constant = keys.filter((key) => !key.includes(':'));
    return run(module, {
      ...Object.fromEntries(differentiated.map((key) => [key, input(key)])),
      ...Object.fromEntries(constant.map((key) => [key, fixtureTensor(fixture, key)])),
    });
  });
}

/** Draws from N(0, 1). */
export function samples<T extends tf.Tensor>(shape: number[], seed = 1): T {
  const rng = new Rng(seed);
  return tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.normal()),
    shape,
  ) as T;
}
