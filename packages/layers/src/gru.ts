import * as tf from '@tensorflow/tfjs';
import { anyPresent, checkPositiveInteger, checkShape, type Rng } from '@trimodal/core';
import { gruScan } from './gru-scan';
import { uniformWeight } from './weights';

export type GRUOptions = { inDim: number; hiddenDim: number; bidirectional?: boolean };
export type GRUOutput = { outputs: tf.Tensor3D; final: tf.Tensor2D };

/**
 * A gated recurrent unit over the steps that are there, in one or both directions.
 *
 * `r = sigmoid(x W_r + b_r + h V_r + c_r)`, `z = sigmoid(x W_z + b_z + h V_z + c_z)`, `n = tanh(x W_n + b_n + r (h V_n + c_n))`,
 * `h' = (1 - z) n + z h`; a masked step, wherever it stands, leaves the state as it is and outputs 0.
 *
 * Shapes (d = 1, or 2 if bidirectional): x `[b, t, inDim]`, mask `[b, t]` (1 = there) -> outputs `[b, t, d h]`, final `[b, d h]`:
 * the state after the last step there (forward), then after the first (backward); 0 if no step is there.
 * Weights, gates in the order r, z, n, directions in the order forward, backward: inputWeight `[inDim, d 3h]`, inputBias `[d 3h]`,
 * hiddenWeight `[d, h, 3h]`, hiddenBias `[d, 3h]`.
 * Source: Cho et al. 2014, "Learning Phrase Representations using RNN Encoder-Decoder", in the form of PyTorch's `nn.GRU`, initialisation
 * U(-1/sqrt(h), 1/sqrt(h)) included; for padding at the end it equals PyTorch's on packed sequences.
 * The input projections of all steps are one matrix product, and both directions advance in one batched product a step.
 * @throws RangeError if a size is no positive integer or a shape isn't as above.
 * @example new GRU({ inDim: 4, hiddenDim: 5 }, new Rng(1)).forward(tf.zeros([2, 3, 4]), tf.ones([2, 3])).final.shape; // [2, 5]
 */
export class GRU {
  readonly inputWeight: tf.Variable<tf.Rank.R2>;
  readonly inputBias: tf.Variable<tf.Rank.R1>;
  readonly hiddenWeight: tf.Variable<tf.Rank.R3>;
  readonly hiddenBias: tf.Variable<tf.Rank.R2>;

  constructor({ inDim, hiddenDim, bidirectional = false }: GRUOptions, rng: Rng) {
    checkPositiveInteger('build GRU', 'inDim', inDim);
    checkPositiveInteger('build GRU', 'hiddenDim', hiddenDim);
    const directions = bidirectional ? 2 : 1;
    const gates = 3 * hiddenDim;
    const bound = 1 / Math.sqrt(hiddenDim);
    this.inputWeight = uniformWeight<tf.Rank.R2>([inDim, directions * gates], bound, rng.fork('inputWeight'));
    this.inputBias = uniformWeight<tf.Rank.R1>([directions * gates], bound, rng.fork('inputBias'));
    this.hiddenWeight = uniformWeight<tf.Rank.R3>([directions, hiddenDim, gates], bound, rng.fork('hiddenWeight'));
    this.hiddenBias = uniformWeight<tf.Rank.R2>([directions, gates], bound, rng.fork('hiddenBias'));
  }

  forward(x: tf.Tensor3D, mask: tf.Tensor2D): GRUOutput {
    const [inDim] = this.inputWeight.shape;
    const [directions, hiddenDim, gates] = this.hiddenWeight.shape;
    checkShape('apply GRU', 'x', x, [null, null, inDim]);
    const [batch, time] = x.shape;
    checkShape('apply GRU', 'mask', mask, [batch, time]);

    // The scan's gate is u = 1 - z, as sigmoid(-a) = 1 - sigmoid(a): turn the sign of all that adds up to z.
    const gateRow = (r: number, z: number, n: number) =>
      tf.tensor1d([r, z, n].flatMap((value) => Array<number>(hiddenDim).fill(value)));
    const sign = gateRow(1, -1, 1);
    const inputSign = directions === 2 ? tf.concat([sign, sign]) : sign;
    const projected = x
      .reshape<tf.Tensor2D>([batch * time, inDim])
      .matMul(this.inputWeight.mul<tf.Tensor2D>(inputSign))
      .add(this.inputBias.mul(inputSign))
      .reshape<tf.Tensor4D>([batch, time, directions, gates])
      .transpose<tf.Tensor4D>([2, 1, 0, 3]); // d t b 3h
    // A step that isn't there shuts u, so that the state passes.
    const shut = mask
      .transpose()
      .sub(1)
      .mul(1e9)
      .reshape<tf.Tensor2D>([time * batch, 1])
      .matMul(gateRow(0, 1, 0).reshape<tf.Tensor2D>([1, gates]));
    const shutSteps = shut.reshape<tf.Tensor4D>([1, time, batch, gates]);
    const inputs = turnBackward(projected).add<tf.Tensor4D>(
      directions === 2 ? tf.concat([shutSteps, shutSteps.reverse(1)], 0) : shutSteps,
    );
    const states = gruScan(
      inputs,
      this.hiddenWeight.mul<tf.Tensor3D>(sign),
      this.hiddenBias.mul(sign).reshape<tf.Tensor3D>([directions, 1, gates]),
    ); // d t b h
    const width = directions * hiddenDim;
    return {
      outputs: turnBackward(states)
        .transpose([2, 1, 0, 3])
        .reshape<tf.Tensor3D>([batch, time, width])
        .mul(mask.expandDims<tf.Tensor3D>(-1)),
      final: tf
        .slice(states, [0, time - 1, 0, 0], [-1, 1, -1, -1])
        .transpose([2, 1, 0, 3])
        .reshape<tf.Tensor2D>([batch, width])
        .mul(anyPresent(mask)),
    };
  }
}

/** Reverses the time of the second direction: `[d, t, ...]` -> the same. */
function turnBackward(x: tf.Tensor4D): tf.Tensor4D {
  if (x.shape[0] === 1) return x;
  const [forward, backward] = tf.split(x, 2) as [tf.Tensor4D, tf.Tensor4D];
  return tf.concat([forward, backward.reverse(1)], 0);
}
