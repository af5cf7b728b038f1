import * as tf from '@tensorflow/tfjs';
import { expectClose } from '@trimodal/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as losses from './index';

type Loss = (a: tf.Tensor2D, b: tf.Tensor2D, weights?: tf.Tensor) => tf.Scalar;

const labels = tf.tensor1d([0, 2, 1, 0, 2]);

/** Every loss as a function of two parts `[b, d]` and the weights of samples. */
const LOSSES: Record<string, Loss> = {
  l1Loss: losses.l1Loss,
  mseLoss: losses.mseLoss,
  smoothL1Loss: losses.smoothL1Loss,
  crossEntropyLoss: (a, _, w) => losses.crossEntropyLoss(a, labels.slice(0, a.shape[0]), w),
  reconstructionLoss: (a, b, w = tf.ones([a.shape[0]])) => losses.reconstructionLoss(a, b, w),
  orthogonalityLoss: losses.orthogonalityLoss,
  cosineOrthogonality: losses.cosineOrthogonality,
  hsic: losses.hsic,
  linearHsic: (a, b, w) => losses.hsic(a, b, w, { kernel: 'linear' }),
  cmd: (a, b, w) => losses.cmd(a, b, w ? { weightsA: w, weightsB: w } : {}),
  mmd: (a, b, w) => losses.mmd(a, b, w ? { weightsA: w, weightsB: w } : {}),
  gaussianJs: (a, b, w) => losses.gaussianJs(a, b, w ? { weightsA: w, weightsB: w } : {}),
  slicedWasserstein: (a, b, w) => losses.slicedWasserstein(a, b, w ? { weightsA: w, weightsB: w } : {}),
  marginLoss: (a, _, w) => losses.marginLoss(a, labels.slice(0, a.shape[0]), w),
  contrastiveLoss: losses.contrastiveLoss,
  supervisedContrastiveLoss: (a, _, w) => losses.supervisedContrastiveLoss(a, labels.slice(0, a.shape[0]), w),
  klDivergence: losses.klDivergence,
  jsDivergence: losses.jsDivergence,
  gaussianKl: losses.gaussianKl,
  negativeCosine: losses.negativeCosine,
  balanceLoss: (a, _, w) => losses.balanceLoss(tf.softmax(a), w),
};

const A = tf.tensor2d([0.3, -1, 0.5, 2, 0.1, 0.4, -0.6, 0.9, 1.1, 0.2, 0.7, -0.3, -1.2, 0.8, 0.6], [5, 3]);
const B = tf.tensor2d([1, 0.2, -0.5, 0.7, 1.3, -0.1, 0.4, 0.9, -0.8, 0.5, -1.1, 0.3, 0.6, 1.5, -0.2], [5, 3]);

function run(loss: Loss, a: tf.Tensor2D, b: tf.Tensor2D, weights?: tf.Tensor): number[][] {
  const { value, grads } = tf.valueAndGrads((x: tf.Tensor, y: tf.Tensor) =>
    // the sum with both keeps a gradient for the argument that a loss doesn't take
    loss(x as tf.Tensor2D, y as tf.Tensor2D, weights).add(x.sum().add(y.sum()).mul(0)),
  )([a, b]);
  return [value, ...grads].map((tensor) => [...tensor.dataSync()]);
}

describe.each(Object.entries(LOSSES))('%s', (name, loss) => {
  afterEach(() => vi.restoreAllMocks());

  it('is finite, and so are its gradients, for absent samples', () => {
    const zeros: tf.Tensor2D = tf.zeros([5, 3]);
    const some = tf.tensor2d([[1], [0], [1], [0], [1]]); // as a column of present
    const one = tf.tensor1d([0, 0, 1, 0, 0]);
    for (const weights of [undefined, some, one, tf.zeros([5])]) {
      const masked = (x: tf.Tensor2D) => (weights ? (x.mul(weights.reshape([5, 1])) as tf.Tensor2D) : x);
      for (const [a, b] of [
        [zeros, zeros],
        [masked(A), masked(B)],
        [masked(A), zeros],
        [masked(A), masked(A)],
      ] as const) {
        for (const values of run(loss, a, b, weights)) expect(values.every(Number.isFinite)).toBe(true);
      }
    }
  });

  it('does not see samples of weight 0, whatever they hold', () => {
    const weights = tf.tensor1d([1, 1, 0, 1, 1]);
    const [value, gradA, gradB] = run(loss, A, B, weights);
    const noise = tf.tensor2d([0, 0, 0, 0, 0, 0, 7, -3, 5, 0, 0, 0, 0, 0, 0], [5, 3]);
    const [other, otherA, otherB] = run(loss, A.add(noise), B.sub(noise), weights);
    expectClose(other!, value!, { absolute: 1e-5 });
    expectClose(otherA!, gradA!, { absolute: 1e-5 });
    expectClose(otherB!, gradB!, { absolute: 1e-5 });
    expect(otherA!.slice(6, 9)).toEqual([0, 0, 0]);
    expect(otherB!.slice(6, 9)).toEqual([0, 0, 0]);
    expect(gradA!.some((x) => x !== 0)).toBe(true);
    const seen = tf.tensor2d([0, 0, 0, 7, -3, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0], [5, 3]);
    const unlike = run(loss, A.add(seen), B, weights)[0]!;
    expect(Math.abs(unlike[0]! - value![0]!), `${name} sees the others`).toBeGreaterThan(1e-4);
  });

  it('with all weights 1 equals the loss without weights', () => {
    const [value, gradA, gradB] = run(loss, A, B);
    const [other, otherA, otherB] = run(loss, A, B, tf.ones([5]));
    expectClose(other!, value!);
    expectClose(otherA!, gradA!);
    expectClose(otherB!, gradB!);
  });

  it('reads no value while it is traced', () => {
    const read = () => {
      throw new Error('a value was read');
    };
    const spies = (['dataSync', 'data', 'arraySync', 'array'] as const).map((method) =>
      vi.spyOn(tf.Tensor.prototype, method).mockImplementation(read),
    );
    tf.valueAndGrad((x) => loss(x as tf.Tensor2D, B, tf.ones([5])))(A);
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  });
});

it('covers every exported loss', () => {
  const covered = new Set(Object.keys(LOSSES));
  expect(Object.keys(losses).filter((name) => name !== 'weightedMean' && !covered.has(name))).toEqual([]);
});
