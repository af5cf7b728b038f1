import * as tf from '@tensorflow/tfjs';
import { anyPresent, MODALITIES, type Modality, type PerModality, type Rng, valueFor, valuesOf } from '@trimodal/core';
import { constantWeight, Linear } from '@trimodal/layers';

export type BorrowGateOptions = { dModel: number; maxBorrow: number; borrowBias: number };

/**
 * How much each modality may borrow from each: `maxBorrow sigmoid(w . tanh(W [p_m; p_n; a_m * p_n] + c) + b)`.
 *
 * `w` starts at 0 and `b` at `borrowBias`, so every gate starts at `maxBorrow sigmoid(borrowBias)`, whatever the input.
 *
 * Shapes: profiles p and anchors a `[b, d]` of M modalities -> `[b, M, M]`, row m borrows from column n.
 */
export class BorrowGate {
  private readonly hidden: Linear;
  private readonly weight: tf.Variable<tf.Rank.R2>;
  private readonly bias: tf.Variable<tf.Rank.R1>;
  private readonly maxBorrow: number;

  constructor({ dModel, maxBorrow, borrowBias }: BorrowGateOptions, rng: Rng) {
    this.hidden = new Linear({ inDim: 3 * dModel, outDim: dModel }, rng.fork('hidden'));
    this.weight = constantWeight([dModel, 1], 0);
    this.bias = constantWeight([1], borrowBias);
    this.maxBorrow = maxBorrow;
  }

  forward(
    profiles: PerModality<tf.Tensor2D>,
    anchors: PerModality<tf.Tensor2D>,
    modalities: readonly Modality[],
  ): tf.Tensor3D {
    const size = modalities.length;
    const pairs = modalities.flatMap((m) => modalities.map((n) => [m, n] as const));
    const perPair = (xs: PerModality<tf.Tensor2D>, side: 0 | 1) =>
      tf.stack(
        pairs.map((pair) => valueFor(xs, pair[side])),
        1,
      ); // b M*M d
    const source = perPair(profiles, 1);
    const hidden = this.hidden.forward(
      tf.concat([perPair(profiles, 0), source, perPair(anchors, 0).mul(source)], -1), // b M*M 3d
    );
    const scores = tf.matMul(hidden.tanh().reshape([-1, this.weight.shape[0]]), this.weight).add(this.bias);
    return tf.sigmoid(scores.reshape([-1, size, size])).mul(this.maxBorrow);
  }
}

/** Which modalities of a record have any token: masks `[b, t_m]` -> `[b, M]`. */
export function presentMatrix(mask: PerModality<tf.Tensor2D>): tf.Tensor2D {
  return tf.concat(
    valuesOf(mask).map((rows) => anyPresent(rows)),
    1,
  );
}

/** 1 for two different modalities that are both there: present `[b, M]` -> `[b, M, M]`. */
export function possiblePairs(present: tf.Tensor2D): tf.Tensor3D {
  const size = present.shape[1];
  const others = tf.tensor2d(
    Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 0 : 1)),
    [size, size],
  );
  return present.expandDims(2).mul(present.expandDims(1)).mul(others) as tf.Tensor3D;
}

/** A matrix over some modalities in its place among all three, zeros elsewhere: `[b, M, M]` -> `[b, 3, 3]`. */
export function placeAmongAll(matrix: tf.Tensor3D, modalities: readonly Modality[]): tf.Tensor3D {
  const size = modalities.length;
  if (size === MODALITIES.length) return matrix;
  const places = modalities.flatMap((m) =>
    modalities.map((n) => MODALITIES.indexOf(m) * MODALITIES.length + MODALITIES.indexOf(n)),
  );
  const placement = tf.tensor2d(
    places.flatMap((place) => Array.from({ length: MODALITIES.length ** 2 }, (_, i) => (i === place ? 1 : 0))),
    [size * size, MODALITIES.length ** 2],
  );
  return tf.matMul(matrix.reshape([-1, size * size]), placement).reshape([-1, MODALITIES.length, MODALITIES.length]);
}
