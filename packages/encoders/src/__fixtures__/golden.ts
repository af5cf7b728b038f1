import * as tf from '@tensorflow/tfjs';
import { parameters, Rng } from '@trimodal/core';
import { expectClose, fixtureTensor, readFixture, type Tolerance } from '@trimodal/testing';

type Named = Readonly<Record<string, tf.Tensor>>;

/**
 * Gives a module the weights of a fixture and throws unless its outputs, and the gradients of every weight and input,
 * are the reference's. @returns the number of arrays compared.
 */
export function checkGolden<M extends object>(
  name: string,
  module: M,
  run: (module: M, inputs: Record<string, tf.Tensor>) => Named,
  tolerance?: Tolerance,
): number {
  const fixture = readFixture(new URL('../golden', import.meta.url).href, name);
  const names = (kind: string) =>
    Object.keys(fixture).flatMap((key) => (key.startsWith(`${kind}.`) ? [key.slice(kind.length + 1)] : []));
  const variables = parameters(module);
  const weights = names('weight');
  if (weights.length !== variables.size || !weights.every((path) => variables.has(path))) {
    throw new Error(`${name}: the fixture has the weights [${weights}], the module [${[...variables.keys()]}]`);
  }
  let compared = 0;
  const compare = (key: string, got: tf.Tensor) => {
    try {
      expectClose(got, fixtureTensor(fixture, key), tolerance);
    } catch (cause) {
      throw new Error(`${name}: ${key} differs: ${(cause as Error).message}`, { cause });
    }
    compared++;
  };
  tf.tidy(() => {
    for (const [path, variable] of variables) variable.assign(fixtureTensor(fixture, `weight.${path}`));
    const inputs: Record<string, tf.Tensor> = Object.fromEntries(
      names('input').map((key) => {
        const value = fixtureTensor(fixture, `input.${key}`);
        return [key, `gradient.input.${key}` in fixture ? tf.variable(value) : value];
      }),
    );
    const watched = new Map<string, tf.Variable>(variables);
    for (const [key, value] of Object.entries(inputs)) {
      if (value instanceof tf.Variable) watched.set(`input.${key}`, value);
    }
    const { grads } = tf.variableGrads(
      () => {
        const outputs = run(module, inputs);
        const terms = names('output').map((key) => {
          compare(`output.${key}`, outputs[key]!);
          return outputs[key]!.mul(fixtureTensor(fixture, `cotangent.${key}`)).sum();
        });
        return tf.addN(terms) as tf.Scalar;
      },
      [...watched.values()],
    );
    for (const [path, variable] of watched) compare(`gradient.${path}`, grads[variable.name]!);
    for (const value of Object.values(inputs)) if (value instanceof tf.Variable) value.dispose();
  });
  return compared;
}

/** Draws from N(0, 1). */
export function samples<T extends tf.Tensor>(shape: number[], seed = 1): T {
  const rng = new Rng(seed);
  return tf.tensor(Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.normal()), shape) as T;
}
