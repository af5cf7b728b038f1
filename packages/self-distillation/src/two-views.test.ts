import * as tf from '@tensorflow/tfjs';
import { type Modality, mapModalities, maskedMean, type Rng, valueFor, valuesOf } from '@trimodal/core';
import { checkComponent, DIM, masksOf, samples, tokensOf } from '@trimodal/testing';
import { it } from 'vitest';
import { viewAlignment } from './distribution-alignment';
import { sampleErrors } from './sample-errors';
import { bidirectionalTransfer, representationTransfer } from './view-transfer';

/** The least network that has views to compare: a matrix for each kind of part, and a head. */
class Network {
  private readonly shared: tf.Variable<tf.Rank.R2>;
  private readonly privatePart: tf.Variable<tf.Rank.R2>;
  private readonly head: tf.Variable<tf.Rank.R2>;

  constructor(rng: Rng) {
    const seed = rng.int(1000);
    this.shared = tf.tidy(() => tf.variable(samples<tf.Tensor2D>([DIM, DIM], seed)));
    this.privatePart = tf.tidy(() => tf.variable(samples<tf.Tensor2D>([DIM, DIM], seed + 1)));
    this.head = tf.tidy(() => tf.variable(samples<tf.Tensor2D>([DIM, 3], seed + 2)));
  }

  view(seed: number, available: readonly Modality[]) {
    const mask = masksOf(available);
    const tokens = tokensOf(seed, available);
    const part = (weight: tf.Tensor2D) =>
      mapModalities(tokens, (x) =>
        tf
          .matMul(x.reshape([-1, DIM]), weight)
          .reshape<tf.Tensor3D>(x.shape)
          .tanh(),
      );
    const parts = { shared: part(this.shared), private: part(this.privatePart), mask };
    const pooled = [parts.shared, parts.private].flatMap((xs) =>
      valuesOf(mapModalities(xs, (x, modality) => maskedMean(x as tf.Tensor3D, valueFor(mask, modality)))),
    );
    const fused = tf.addN(pooled) as tf.Tensor2D;
    const prediction = tf.matMul(fused, this.head) as tf.Tensor2D;
    const taskLoss = sampleErrors(prediction, tf.tensor1d([2, 0]), 'classes');
    const observed = tf.addN(valuesOf(mask).map((each) => each.mean(1))) as tf.Tensor1D;
    return {
      ...parts,
      fused,
      prediction,
      representation: fused,
      taskLoss,
      observedShare: observed.div<tf.Tensor1D>(3),
    };
  }
}

it('what two views of a network have to learn from each other keeps the contract of a component', () => {
  checkComponent({
    build: (rng) => new Network(rng),
    run: (network, available) => {
      const [a, b] = [network.view(1, available), network.view(2, available.slice(-1))];
      const quality = ({ observedShare: observed, ...view }: typeof a) => ({ ...view, observed });
      const { loss, weights } = bidirectionalTransfer(quality(a), quality(b), { kind: 'classes' });
      const alignment = (kind: 'mmd' | 'sliced-wasserstein' | 'gaussian-js') => viewAlignment(a, b, { kind }).loss;
      const columns = (x: typeof a) => ({
        ...quality(x),
        prediction: x.prediction.slice<tf.Tensor2D>([0, 0], [-1, 1]),
      });
      return {
        transfer: loss,
        aToB: weights.aToB,
        scores: bidirectionalTransfer(columns(a), columns(b), { kind: 'scores' }).loss,
        histogram: bidirectionalTransfer(columns(a), columns(b), { kind: 'score-histogram' }).loss,
        cosine: representationTransfer(quality(a), quality(b)).loss,
        l2: representationTransfer(quality(a), quality(b), { kind: 'l2', direction: 'b-to-a' }).loss,
        mmd: alignment('mmd'),
        slicedWasserstein: alignment('sliced-wasserstein'),
        gaussianJs: alignment('gaussian-js'),
      };
    },
    shapes: { transfer: [], aToB: [2], cosine: [], mmd: [] },
  });
});
