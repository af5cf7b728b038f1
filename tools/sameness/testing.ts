import * as tf from '@tensorflow/tfjs';
import { compile } from '@trimodal/compiler';
import { INFERENCE, type KeepMaskSource, MODALITIES, parameters, Rng } from '@trimodal/core';
import { onTestFinished } from 'vitest';
import { type ComponentCase, checkComponent as checkEagerly, expectClose } from '../testing/src';

// stands in for @trimodal/testing: all of it, but that the contract of a component has one clause more
export * from '../testing/src';

/** The contract of every component, and: compiled, its outputs, a loss with dropout on and every gradient are those of the cpu backend. */
export function checkComponent<M extends object>(test: ComponentCase<M>): void {
  checkEagerly(test);
  onTestFinished(() => checkCompiled(test));
}

async function checkCompiled<M extends object>(test: ComponentCase<M>): Promise<void> {
  const module = test.build(new Rng(7));
  const variables = parameters(module);
  tf.tidy(() => {
    for (const [path, variable] of variables) {
      variable.assign(variable.add(normals(new Rng(3).fork(path), variable.shape).mul(0.1)));
    }
  });
  const everything = (rng: KeepMaskSource) => {
    const results: Record<string, tf.Tensor> = {};
    const outputs = test.run(module, MODALITIES, INFERENCE);
    for (const [name, output] of Object.entries(outputs)) results[`output ${name}`] = output.clone();
    if (variables.size === 0) return results;
    const { value, grads } = tf.variableGrads(() => {
      const terms = Object.entries(test.run(module, MODALITIES, { training: true, rng })).map(([name, output]) =>
        output.mul(normals(new Rng(11).fork(name), output.shape)).sum(),
      );
      return tf.addN(terms) as tf.Scalar;
    }, [...variables.values()]);
    results['loss'] = value;
    for (const [path, variable] of variables) {
      const gradient = grads[variable.name];
      if (gradient) results[`gradient ${path}`] = gradient;
    }
    return results;
  };
  const compiled = await compile((_, { rng }) => everything(rng), { inputs: {}, threads: 1 });
  const got = await compiled.run({}, { rng: new Rng(5) });
  tf.tidy(() => {
    for (const [name, wanted] of Object.entries(everything(new Rng(5)))) {
      try {
        expectClose(got[name]!.data, wanted, { relative: 1e-5, absolute: 1e-6 });
      } catch (cause) {
        throw new Error(`compiled, ${name} differs: ${(cause as Error).message}`, { cause });
      }
    }
  });
  await compiled.dispose();
  for (const variable of variables.values()) variable.dispose();
}

function normals(rng: Rng, shape: number[]): tf.Tensor {
  return tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => rng.normal()),
    shape,
  );
}
