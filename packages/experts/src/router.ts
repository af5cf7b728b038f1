import * as tf from '@tensorflow/tfjs';
import { checkPositiveInteger, checkShape, maskedSoftmax, type Rng } from '@trimodal/core';
import { Linear } from '@trimodal/layers';

export type RouterOptions = { dModel: number; numExperts: number; topK?: number; extraDim?: number };

export type Routing = {
  /** How much each expert counts at each token, `[b, t, k]`; 0 at tokens that aren't there. */
  readonly gates: tf.Tensor3D;
  /** The softmax over all experts, `[b, t, k]`, of which top-k gates are a selection; for the load balance. */
  readonly probabilities: tf.Tensor3D;
};

/**
 * Says token by token how much each expert counts.
 *
 * `p = softmax(W x + U e)`; dense, the gates are p. With `topK` the experts of the k largest p alone count, and their gates are the softmax
 * over them, but for k = 1: there the gate is p itself, or the router would get no gradient from what the experts do.
 *
 * Shapes: x `[b, t, d]`, mask `[b, t]` (1 = there), extra `[b, t, e]` or, one for all tokens of a sample, `[b, 1, e]` -> gates and
 * probabilities `[b, t, k]`.
 * Source: the soft router of MoMKE (Xu et al. 2024), top-k after Shazeer et al. 2017, the case k = 1 after Fedus et al. 2022 (Switch
 * Transformers). Ours: no noise; of equal probabilities the earlier expert is taken.
 * @param options.topK How many experts count at a token; by default all of them.
 * @param options.extraDim Width e of what the router sees besides the token, such as the share of the steps that was observed.
 * @throws RangeError if topK isn't within 1 and numExperts, or a size is no positive integer; TypeError or RangeError if a shape isn't as above.
 * @example new Router({ dModel: 4, numExperts: 3, topK: 2 }, new Rng(1)).forward(x, mask).gates.shape; // [2, 5, 3]
 */
export class Router {
  readonly proj: Linear;
  readonly extraProj: Linear | null;
  private readonly topK: number;

  constructor({ dModel, numExperts, topK = numExperts, extraDim = 0 }: RouterOptions, rng: Rng) {
    checkPositiveInteger('build Router', 'numExperts', numExperts);
    if (!Number.isInteger(topK) || topK < 1 || topK > numExperts) {
      throw new RangeError(
        `Cannot build Router as topK must be an integer from 1 to numExperts=${numExperts}: got ${topK}.`,
      );
    }
    this.topK = topK;
    this.proj = new Linear({ inDim: dModel, outDim: numExperts }, rng.fork('proj'));
    this.extraProj =
      extraDim === 0
        ? null
        : new Linear({ inDim: extraDim, outDim: numExperts, useBias: false }, rng.fork('extraProj'));
  }

  forward(x: tf.Tensor3D, mask: tf.Tensor2D, extra?: tf.Tensor3D): Routing {
    const [batch, time] = x.shape;
    checkShape('route tokens', 'mask', mask, [batch, time]);
    const scores = this.scores(x, extra);
    const there = mask.expandDims<tf.Tensor3D>(-1);
    const probabilities = tf.softmax(scores).mul<tf.Tensor3D>(there);
    if (this.topK === this.proj.outDim) return { gates: probabilities, probabilities };
    const chosen = largest(scores, this.topK);
    const gates = this.topK === 1 ? probabilities.mul<tf.Tensor3D>(chosen) : maskedSoftmax(scores, chosen.mul(there));
    return { gates, probabilities };
  }

  private scores(x: tf.Tensor3D, extra: tf.Tensor3D | undefined): tf.Tensor3D {
    const ofTokens = this.proj.forward(x);
    if (!this.extraProj && !extra) return ofTokens;
    if (!this.extraProj || !extra) {
      throw new RangeError(
        `Cannot route tokens as extra must be given just where extraDim was: got extraDim=${this.extraProj?.inDim ?? 0}, ${
          extra ? `extra [${extra.shape.join(', ')}]` : 'no extra'
        }.`,
      );
    }
    const [batch, time] = x.shape;
    checkShape('route tokens', 'extra', extra, [batch, extra.shape[1] === 1 ? 1 : time, this.extraProj.inDim]);
    return ofTokens.add(this.extraProj.forward(extra));
  }
}

/**
 * 1 at the `count` largest entries of each row along the last axis, else 0; of equal entries the earlier ones. No gradient flows.
 * An entry is in if it beats enough others: unlike `tf.topk` that needs no gradient of its own, and compiles.
 */
function largest<T extends tf.Tensor>(scores: T, count: number): T {
  const select = tf.customGrad((value) => {
    const input = value as tf.Tensor;
    const size = input.shape.at(-1)!;
    const [own, other] = [input.expandDims(-1), input.expandDims(-2)]; // ... k 1, ... 1 k
    const earlier = tf.tensor2d(
      Array.from({ length: size * size }, (_, i) => (Math.floor(i / size) < i % size ? 1 : 0)),
      [size, size],
    );
    const wins = own.greater(other).toFloat().add(own.equal(other).toFloat().mul(earlier)).sum(-1);
    return {
      value: wins.sub(size - count - 0.5).step(),
      gradFunc: () => tf.zerosLike(input),
    };
  });
  return select(scores) as T;
}
