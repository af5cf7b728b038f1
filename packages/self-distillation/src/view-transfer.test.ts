import * as tf from '@tensorflow/tfjs';
import { expectClose, expectReference, readFixture } from '@trimodal/testing';
import { describe, expect, it } from 'vitest';
import { sampleErrors } from './sample-errors';
import { type TransferOptions, transferWeights } from './transfer-weights';
import {
  type BidirectionalTransferOptions,
  bidirectionalTransfer,
  type PredictedView,
  representationTransfer,
  type TransferOutput,
} from './view-transfer';

const number = (x: tf.Tensor) => x.dataSync()[0]!;
const named = (name: string, { loss, aToB, bToA }: TransferOutput) => ({
  [`${name}.loss`]: loss,
  [`${name}.aToB`]: aToB,
  [`${name}.bToA`]: bToA,
});

describe('transfers equal PyTorch, values and gradients', () => {
  it.each(['classes', 'scores'] as const)('%s', (kind) => {
    expectReference(readFixture(import.meta.url, kind), {}, (input) => {
      const weights = input('mask.samples') as tf.Tensor1D;
      const view = (name: 'a' | 'b') => {
        const prediction = input(`${name}.prediction`) as tf.Tensor2D;
        const taskLoss = sampleErrors(prediction, input('mask.labels') as tf.Tensor1D, kind);
        const observed = input(`mask.${name}.observed`) as tf.Tensor1D;
        return { prediction, taskLoss, observed, representation: input(`${name}.representation`) as tf.Tensor2D };
      };
      const [a, b] = [view('a'), view('b')];
      const transfer = (options: Pick<BidirectionalTransferOptions, 'kind' | 'weighting'>) =>
        bidirectionalTransfer(a, b, { weights, temperature: 3, range: [-1, 1], numBins: 5, ...options });
      const counts = transferWeights(a, b, { weights });
      const histograms = () => ({
        ...named('histogram.quality', transfer({ kind: 'score-histogram' })),
        ...named('histogram.equal', transfer({ kind: 'score-histogram', weighting: 'equal' })),
      });
      return {
        'weight.aToB': counts.aToB,
        'weight.bToA': counts.bToA,
        // the reference takes it without its gradient
        'errors.a': tf.tensor(a.taskLoss.dataSync()),
        ...named('prediction.quality', transfer({ kind })),
        ...named('prediction.equal', transfer({ kind, weighting: 'equal' })),
        ...(kind === 'scores' ? histograms() : {}),
        ...named('cosine', representationTransfer(a, b, { weights })),
        ...named('l2', representationTransfer(a, b, { weights, kind: 'l2' })),
      };
    });
  });
});

const qualities = { taskLoss: tf.tensor1d([0.4, 1.3]), observed: tf.tensor1d([0.9, 0.2]) };
const others = { taskLoss: tf.tensor1d([0.8, 0.1]), observed: tf.tensor1d([0.5, 0.6]) };
const left = tf.tensor2d([0.3, -1, 2, 0.4, 0.9, -0.2], [2, 3]);
const right = tf.tensor2d([1, 0.2, -0.5, 0.7, -1.3, 0.1], [2, 3]);

type Transfer = (a: tf.Tensor2D, b: tf.Tensor2D, options?: TransferOptions) => TransferOutput;
const firstColumn = (x: tf.Tensor2D) => x.slice<tf.Tensor2D>([0, 0], [-1, 1]);
const TRANSFERS: Record<string, Transfer> = {
  classes: (a, b, options) => predicted(a, b, { kind: 'classes', ...options }),
  scores: (a, b, options) => predicted(firstColumn(a), firstColumn(b), { kind: 'scores', ...options }),
  'score-histogram': (a, b, options) =>
    predicted(firstColumn(a), firstColumn(b), { kind: 'score-histogram', ...options }),
  cosine: (a, b, options) =>
    representationTransfer({ representation: a, ...qualities }, { representation: b, ...others }, options),
  l2: (a, b, options) =>
    representationTransfer(
      { representation: a, ...qualities },
      { representation: b, ...others },
      { kind: 'l2', ...options },
    ),
};

function predicted(a: tf.Tensor2D, b: tf.Tensor2D, options: BidirectionalTransferOptions): TransferOutput {
  return bidirectionalTransfer({ prediction: a, ...qualities }, { prediction: b, ...others }, options);
}

describe.each(Object.entries(TRANSFERS))('the transfer of %s', (_, transfer) => {
  const gradients = (pick: (output: TransferOutput) => tf.Tensor, options?: TransferOptions) =>
    tf
      .grads((a: tf.Tensor, b: tf.Tensor) => pick(transfer(a as tf.Tensor2D, b as tf.Tensor2D, options)))([left, right])
      .map((gradient) => number(gradient.abs().sum()));

  it('gives its source no gradient at all', () => {
    const [source, target] = gradients(({ aToB }) => aToB);
    expect(source).toBe(0);
    expect(target).toBeGreaterThan(0);
    expect(gradients(({ bToA }) => bToA)[1]).toBe(0);
    for (const gradient of gradients(({ loss }) => loss)) expect(gradient).toBeGreaterThan(0);
  });

  it('goes one way if asked, as it did among both', () => {
    const both = transfer(left, right);
    const one = transfer(left, right, { direction: 'a-to-b' });
    expectClose(one.loss, both.aToB, { relative: 0, absolute: 0 });
    expect(number(one.bToA)).toBe(0);
    expect([...one.weights.bToA.dataSync()]).toEqual([0, 0]);
    expect(gradients(({ loss }) => loss, { direction: 'a-to-b' })[0]).toBe(0);
    expect(gradients(({ loss }) => loss, { direction: 'b-to-a' })[1]).toBe(0);
    expectClose(transfer(left, right, { direction: 'b-to-a' }).loss, both.bToA, { relative: 0, absolute: 0 });
  });

  it('is 0 between equal views, and for a batch of padding', () => {
    expect(Math.abs(number(transfer(left, left).loss))).toBeLessThan(1e-6);
    expect(number(transfer(left, right).loss)).toBeGreaterThan(0.01);
    expect(number(transfer(left, right, { weights: tf.zeros([2]) }).loss)).toBe(0);
  });

  it('does not see samples of weight 0', () => {
    const weights = tf.tensor1d([1, 0]);
    const other = tf.tensor2d([0, 0, 0, 9, -9, 3], [2, 3]);
    const { loss } = transfer(left, right, { weights });
    expectClose(transfer(left.add(other), right.sub(other), { weights }).loss, loss);
    expect(Math.abs(number(loss) - number(transfer(left, right).loss))).toBeGreaterThan(1e-3);
  });
});

it('takes no gradient into the quality of a view', () => {
  const view = (prediction: tf.Tensor2D, taskLoss: tf.Tensor): PredictedView => ({
    prediction,
    taskLoss: taskLoss as tf.Tensor1D,
    observed: tf.tensor1d([1, 1]),
  });
  const gradient = tf.grad((loss) =>
    bidirectionalTransfer(view(left, loss), view(right, others.taskLoss), { kind: 'classes' }).loss.add(loss.sum()),
  )(qualities.taskLoss);
  expect([...gradient.dataSync()]).toEqual([1, 1]);
});

it('refuses other shapes, temperatures and bins', () => {
  expect(() => TRANSFERS['classes']!(left, tf.zeros([2, 4]))).toThrow('prediction of b must have shape [2, 3]');
  expect(() => predicted(left, right, { kind: 'scores' })).toThrow('prediction of a must have shape [?, 1]');
  expect(() => TRANSFERS['cosine']!(left, tf.zeros([2, 4]))).toThrow('representation of b must have shape [2, 3]');
  expect(() => predicted(left, right, { kind: 'classes', temperature: 0 })).toThrow('temperature must be positive');
  const scores = firstColumn(left);
  expect(() => predicted(scores, scores, { kind: 'score-histogram', numBins: 1 })).toThrow('must have two bins');
  expect(() => predicted(scores, scores, { kind: 'score-histogram', range: [1, -1] })).toThrow('range=[1,-1]');
});
