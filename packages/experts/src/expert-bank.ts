import * as tf from '@tensorflow/tfjs';
import { checkPositiveInteger, checkShape, type ForwardContext, gelu, type Rng } from '@trimodal/core';
import { Dropout, LayerNorm, Linear, uniformWeight } from '@trimodal/layers';
import type { ExpertOptions } from './expert';

export type ExpertBankOptions = ExpertOptions & { numExperts: number };

/**
 * The sum of several experts, each weighed token by token, in two matrix products whatever their number.
 *
 * `y = x + sum_k g_k (W_k dropout(gelu(V_k norm(x) + c_k)) + b_k)`: the hidden layers of all experts lie side by side, the gates scale
 * them, and one product with the stacked output weights sums over experts. It equals `sum_k g_k E_k(x)` of as many `Expert`s where the
 * gates of a token sum to 1; the experts have one LayerNorm in common, as a gain and bias of their own could be absorbed in V_k and c_k.
 *
 * Shapes: x `[b, t, d]`, gates `[b, t, k]` -> `[b, t, d]`.
 * Source: mixtures of experts (Shazeer et al. 2017, "Outrageously Large Neural Networks"); the form of an expert is ours.
 * @param options.hiddenDim Width of the hidden layer of each expert, by default `2 dModel`.
 * @throws RangeError if a size is no positive integer or dropoutRate is outside [0, 1]; TypeError or RangeError if a shape isn't as above.
 * @example new ExpertBank({ dModel: 4, numExperts: 3 }, new Rng(1)).forward(x, gates, INFERENCE).shape; // [2, 5, 4]
 */
export class ExpertBank {
  readonly norm: LayerNorm;
  /** The first layers of all experts, `[d, k h]`. */
  readonly inProj: Linear;
  /** The second layers, one below the other, `[k h, d]`. */
  readonly outWeight: tf.Variable<tf.Rank.R2>;
  /** `[k, d]` */
  readonly outBias: tf.Variable<tf.Rank.R2>;
  private readonly dropout: Dropout;
  private readonly numExperts: number;

  constructor({ dModel, numExperts, hiddenDim = 2 * dModel, dropoutRate = 0.1 }: ExpertBankOptions, rng: Rng) {
    checkPositiveInteger('build ExpertBank', 'numExperts', numExperts);
    checkPositiveInteger('build ExpertBank', 'hiddenDim', hiddenDim);
    const allHidden = numExperts * hiddenDim;
    const bound = 1 / Math.sqrt(hiddenDim);
    this.norm = new LayerNorm({ dim: dModel });
    this.inProj = new Linear({ inDim: dModel, outDim: allHidden }, rng.fork('inProj'));
    this.outWeight = uniformWeight<tf.Rank.R2>([allHidden, dModel], bound, rng.fork('outWeight'));
    this.outBias = uniformWeight<tf.Rank.R2>([numExperts, dModel], bound, rng.fork('outBias'));
    this.dropout = new Dropout({ rate: dropoutRate });
    this.numExperts = numExperts;
  }

  forward(x: tf.Tensor3D, gates: tf.Tensor3D, ctx: ForwardContext): tf.Tensor3D {
    const [batch, time] = x.shape;
    checkShape('mix experts', 'x', x, [null, null, this.norm.gain.shape[0]]);
    checkShape('mix experts', 'gates', gates, [batch, time, this.numExperts]);
    const normed = this.norm.standardize(x).reshape<tf.Tensor2D>([batch * time, -1]);
    const hidden = this.dropout.forward(gelu(this.inProj.forward(normed, this.norm)), ctx); // n k*h
    const rows = gates.reshape<tf.Tensor2D>([batch * time, this.numExperts]);
    const weighed = hidden
      .reshape<tf.Tensor3D>([batch * time, this.numExperts, -1])
      .mul(rows.expandDims(-1))
      .reshape<tf.Tensor2D>(hidden.shape);
    const mixed = tf.matMul(weighed, this.outWeight).add(tf.matMul(rows, this.outBias)); // n d
    return x.add(mixed.reshape(x.shape));
  }
}
