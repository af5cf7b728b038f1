import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';

/** Named arrays that a script of tools/reference wrote. */
export type Fixture = Readonly<Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>>;

/** Reads `__fixtures__/<name>.json` beside the test whose `import.meta.url` is given. */
export function readFixture(testUrl: string, name: string): Fixture {
  return JSON.parse(readFileSync(new URL(`./__fixtures__/${name}.json`, testUrl), 'utf8'));
}

/** One array of a fixture as a tensor. @throws RangeError if the fixture has no such array. */
export function fixtureTensor<T extends tf.Tensor = tf.Tensor>(fixture: Fixture, name: string): T {
  const array = fixture[name];
  if (!array) throw new RangeError(`Cannot take ${name} as the fixture must have it: got [${Object.keys(fixture)}].`);
  return tf.tensor(array.data as number[], array.shape as number[], 'float32') as T;
}
