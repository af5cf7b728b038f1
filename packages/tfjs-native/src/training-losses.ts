import type * as Tfjs from '@tensorflow/tfjs';

/** The parts of TensorFlow.js that are used: those of the copy that the addon registers with. */
export type Tf = typeof Tfjs;

const [BATCH, IN_DIM, HIDDEN_DIM, OUT_DIM] = [6, 5, 4, 3];

/** Values between -1 and 1 that are the same on every machine and backend. */
const wave = (tf: Tf, shape: [number, number], frequency: number): Tfjs.Tensor2D =>
  tf.tensor2d(
    Array.from({ length: shape[0] * shape[1] }, (_, i) => Math.sin(frequency * (i + 1))),
    shape,
  );

/**
 * Trains a small network on the backend that is set: two products, tanh, layer normalisation, softmax, Adam.
 *
 * @returns The loss of each step: what two backends must agree on.
 */
export function trainingLosses(tf: Tf, steps = 8): number[] {
  const x = wave(tf, [BATCH, IN_DIM], 0.7);
  const y = tf.tidy(() => tf.softmax(wave(tf, [BATCH, OUT_DIM], 2.3)));
  const weights = tf.tidy(
    () =>
      [tf.variable(wave(tf, [IN_DIM, HIDDEN_DIM], 1.1)), tf.variable(wave(tf, [HIDDEN_DIM, OUT_DIM], 1.9))] as [
        Tfjs.Variable<Tfjs.Rank.R2>,
        Tfjs.Variable<Tfjs.Rank.R2>,
      ],
  );
  const optimizer = tf.train.adam(0.05);
  const loss = (): Tfjs.Scalar => {
    const hidden = tf.tanh(tf.matMul(x, weights[0]));
    const centred = hidden.sub(hidden.mean(1, true));
    const normal = centred.div(centred.square().mean(1, true).add(1e-5).sqrt());
    const logits = tf.matMul(normal, weights[1]);
    return tf.neg(tf.sum(tf.mul(y, tf.logSoftmax(logits)))).div(BATCH) as Tfjs.Scalar;
  };
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const value = optimizer.minimize(loss, true, [...weights])!;
    losses.push(value.dataSync()[0]!);
    value.dispose();
  }
  tf.dispose([x, y, ...weights]);
  optimizer.dispose();
  return losses;
}
