import * as tf from '@tensorflow/tfjs';
import { parameters } from '@trimodal/core';
import { expectClose } from './expect-close';
import { type Fixture, fixtureTensor } from './fixture';

/**
 * Throws unless a module with the weights of a fixture computes its outputs and, for the fixture's projection of them,
 * its gradients, both by weights and by inputs. The fixture is what `record` of tools/reference/mirror.py writes.
 */
export function expectReference(
  fixture: Fixture,
  module: object,
  run: (input: (name: string) => tf.Tensor) => Readonly<Record<string, tf.Tensor>>,
): void {
  const names = (kind: string) =>
    Object.keys(fixture).flatMap((key) => (key.startsWith(kind) ? key.slice(kind.length) : []));
  const weights = parameters(module);
  const missing = [...weights.keys()].filter((path) => !fixture[`weight:${path}`]);
  const surplus = names('weight:').filter((path) => !weights.has(path));
  if (missing.length + surplus.length > 0)
    throw new Error(`weights differ: ours ${missing}, the reference's ${surplus}`);
  const inputs = new Map<string, tf.Tensor>();
  tf.tidy(() => {
    for (const [path, weight] of weights) weight.assign(fixtureTensor(fixture, `weight:${path}`));
    for (const name of names('input:')) inputs.set(name, tf.variable(fixtureTensor(fixture, `input:${name}`)));
    const compare = (kind: string, name: string, got: tf.Tensor | undefined) => {
      try {
        if (!got) throw new Error('not computed');
        expectClose(got, fixtureTensor(fixture, `${kind}${name}`), { relative: 1e-5, absolute: 1e-6 });
      } catch (cause) {
        throw new Error(`${kind}${name} is not the reference's: ${(cause as Error).message}`);
      }
    };
    const loss = () => {
      const outputs = run((name) => inputs.get(name)!);
      for (const name of names('output:')) compare('output:', name, outputs[name]);
      return tf.addN(
        names('projection:').map((name) => outputs[name]!.mul(fixtureTensor(fixture, `projection:${name}`)).sum()),
      ) as tf.Scalar;
    };
    const sources = new Map([
      ...weights,
      ...[...inputs].map(([name, x]) => [`input:${name}`, x as tf.Variable] as const),
    ]);
    const { grads } = tf.variableGrads(loss, [...sources.values()]);
    for (const path of names('gradient:')) compare('gradient:', path, grads[sources.get(path)!.name]);
  });
  for (const input of inputs.values()) input.dispose();
}
