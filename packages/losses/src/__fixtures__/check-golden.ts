import * as tf from '@tensorflow/tfjs';
import { expectClose, type Fixture, fixtureTensor, type Tolerance } from '@trimodal/testing';

type Loss = (...inputs: tf.Tensor2D[]) => tf.Scalar;

/**
 * Throws unless a loss has the value and the gradients `<name>.value` and `<name>.grad.<input>` of a fixture.
 * @param inputs The gradient's name and the fixture's array of each argument, in order.
 */
export function checkGolden(
  fixture: Fixture,
  name: string,
  loss: Loss,
  inputs: Readonly<Record<string, string>>,
  tolerance?: Tolerance,
): void {
  tf.tidy(() => {
    const tensors = Object.values(inputs).map((array) => fixtureTensor<tf.Tensor2D>(fixture, array));
    const { value, grads } = tf.valueAndGrads(loss as (...args: tf.Tensor[]) => tf.Tensor)(tensors);
    expectClose(value, fixtureTensor(fixture, `${name}.value`), tolerance);
    for (const [i, input] of Object.keys(inputs).entries()) {
      expectClose(grads[i]!, fixtureTensor(fixture, `${name}.grad.${input}`), tolerance);
    }
  });
}
