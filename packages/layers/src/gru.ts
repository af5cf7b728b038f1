import * as tf from '@tensorflow/tfjs';
import { anyPresent, checkPositiveInteger, checkShape, type Rng } from '@trimodal/core';
import { gruScan } from './gru-scan';
import { uniformWeight } from './weights';

export type GRUOptions = { inDim: number; hiddenDim: number; bidirectional?: boolean };
export type GRUOutput = { outputs: tf.Tensor3D; final: tf.Tensor2D };

/** The weights of one direction; columns are the gates r, z, n. */
export type GRUCell = {
  /** `[inDim, 3h]` */
  readonly inputWeight: tf.Variable<tf.Rank.R2>;
  /** `[3h]` */
  readonly inputBias: tf.Variable<tf.Rank.R1>;
  /** `[h, 3h]` */
  readonly hiddenWeight: tf.Variable<tf.Rank.R2>;
  /** `[3h]` */
  readonly hiddenBias: tf.Variable<tf.Rank.R1>;
};

/**
 * A gated recurrent unit over the steps that are there, in one or both directions.
 *
 * `r = sigmoid(x W_r + b_r + h V_r + c_r)`, `z = sigmoid(x W_z + b_z + h V_z + c_z)`, `n = tanh(x W_n + b_n + r (h V_n + c_n))`,
 * `h' = (1 - z) n + z h`; a masked step, wherever it stands, leaves the state as it is and outputs 0.
 *
 * Shapes (k = 1, or 2 if bidirectional): x `[b, t, inDim]`, mask `[b, t]` (1 = there) -> outputs `[b, t, k h]`, final `[b, k h]`:
 * the state after the last step there (forward), then after the first (backward); 0 if no step is there.
 * Source: Cho et al. 2014, "Learning Phrase Representations using RNN Encoder-Decoder", in the form of PyTorch's `nn.GRU`, initialisation
 * U(-1/sqrt(h), 1/sqrt(h)) included; on padding at the end it equals PyTorch on packed sequences.
 * @throws RangeError if a size is no positive integer or a shape isn't as above.
 * @example new GRU({ inDim: 4, hiddenDim: 5 }, new Rng(1)).forward(tf.zeros([2, 3, 4]), tf.ones([2, 3])).final.shape; // [2, 5]
 */
export class GRU {
  /** Forward, then backward if bidirectional. */
  readonly cells: readonly GRUCell[];
  private readonly inDim: number;
  private readonly hiddenDim: number;

  constructor({ inDim, hiddenDim, bidirectional = false }: GRUOptions, rng: Rng) {
    checkPositiveInteger('build GRU', 'inDim', inDim);
    checkPositiveInteger('build GRU', 'hiddenDim', hiddenDim);
    this.inDim = inDim;
    this.hiddenDim = hiddenDim;
    const bound = 1 / Math.sqrt(hiddenDim);
    const gates = 3 * hiddenDim;
    this.cells = Array.from({ length: bidirectional ? 2 : 1 }, (_, i) => {
      const stream = rng.fork(`cells.${i}`);
      return {
        inputWeight: uniformWeight<tf.Rank.R2>([inDim, gates], bound, stream.fork('inputWeight')),
        inputBias: uniformWeight<tf.Rank.R1>([gates], bound, stream.fork('inputBias')),
        hiddenWeight: uniformWeight<tf.Rank.R2>([hiddenDim, gates], bound, stream.fork('hiddenWeight')),
        hiddenBias: uniformWeight<tf.Rank.R1>([gates], bound, stream.fork('hiddenBias')),
      };
    });
  }

  forward(x: tf.Tensor3D, mask: tf.Tensor2D): GRUOutput {
    checkShape('apply GRU', 'x', x, [null, null, this.inDim]);
    const [batch, time] = x.shape;
    checkShape('apply GRU', 'mask', mask, [batch, time]);
    const dim = this.hiddenDim;
    const rows = x.transpose([1, 0, 2]).reshape<tf.Tensor2D>([time * batch, this.inDim]); // (t b) inDim

    // The scan's gate is u = 1 - z, and sigmoid(-a) = 1 - sigmoid(a): turn the sign of all that adds up to z.
    const gateRow = (...values: number[]) => tf.tensor1d(values.flatMap((value) => Array<number>(dim).fill(value)));
    const sign = gateRow(1, -1, 1);
    // A step that isn't there shuts u, so that the state passes.
    const absent = mask
      .transpose()
      .reshape<tf.Tensor2D>([time * batch, 1])
      .sub(1)
      .mul<tf.Tensor2D>(1e9);
    const shut = absent.matMul(gateRow(0, 1).reshape<tf.Tensor2D>([1, 2 * dim])); // (t b) 2h

    const states = this.cells.map(({ inputWeight, inputBias, hiddenWeight, hiddenBias }, direction) => {
      const [gateWeight, candidateWeight] = tf.split(inputWeight.mul<tf.Tensor2D>(sign), [2 * dim, dim], 1);
      const [gateBias, candidateBias] = tf.split(inputBias.mul<tf.Tensor1D>(sign), [2 * dim, dim]);
      const inputs = {
        gates: rows.matMul(gateWeight!).add(gateBias!).add<tf.Tensor2D>(shut),
        candidates: rows.matMul(candidateWeight!).add<tf.Tensor2D>(candidateBias!),
        weight: hiddenWeight.mul<tf.Tensor2D>(sign),
        bias: hiddenBias.mul<tf.Tensor1D>(sign),
      };
      return gruScan(inputs, time, direction === 1);
    }); // (t b) h
    const lastSteps = states.map((state, direction) =>
      tf.slice2d(state, [direction === 1 ? 0 : (time - 1) * batch, 0], [batch, dim]),
    );
    return {
      outputs: tf
        .concat(states, 1)
        .reshape<tf.Tensor3D>([time, batch, -1])
        .transpose<tf.Tensor3D>([1, 0, 2])
        .mul(mask.expandDims<tf.Tensor3D>(-1)),
      final: tf.concat(lastSteps, 1).mul(anyPresent(mask)),
    };
  }
}
