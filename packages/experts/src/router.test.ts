import * as tf from '@tensorflow/tfjs';
import { Rng } from '@trimodal/core';
import { checkComponent, expectClose, samples } from '@trimodal/testing';
import { describe, expect, it } from 'vitest';
import { Router } from './router';

const x = () => samples<tf.Tensor3D>([2, 3, 4]);
const mask = () =>
  tf.tensor2d([
    [1, 1, 1],
    [1, 0, 0],
  ]);

describe.each([1, 2, 5])('Router of 5 experts, top %i', (topK) => {
  const build = (rng: Rng) => new Router({ dModel: 4, numExperts: 5, topK, extraDim: 2 }, rng);

  it('keeps the contract of components', () => {
    checkComponent({
      build,
      run: (router) => {
        const { gates, probabilities } = router.forward(x(), mask(), samples([2, 1, 2], 3));
        return { gates, probabilities };
      },
      shapes: { gates: [2, 3, 5], probabilities: [2, 3, 5] },
      subsets: false,
    });
  });

  it('lets just the k most probable count, at tokens that are there', () => {
    const { gates, probabilities } = build(new Rng(1)).forward(x(), mask(), samples([2, 1, 2], 3));
    const there = mask().reshape([6]).dataSync();
    const rows = gates.reshape<tf.Tensor2D>([6, 5]).arraySync();
    for (const [i, row] of probabilities.reshape<tf.Tensor2D>([6, 5]).arraySync().entries()) {
      const most = row.toSorted((a, b) => b - a)[topK - 1]!;
      const wanted = row.map((p) => there[i] === 1 && p >= most);
      expect(rows[i]!.map((gate) => gate > 0)).toEqual(wanted);
      expect(rows[i]!.filter((gate) => gate !== 0)).toHaveLength(there[i] === 1 ? topK : 0);
    }
    if (topK > 1) expectClose(gates.sum(-1), mask());
    else expectClose(gates.sum(-1), probabilities.max(-1));
  });

  it('takes the earlier of equal experts, never more than k', () => {
    const router = new Router({ dModel: 4, numExperts: 5, topK }, new Rng(1));
    router.proj.weight.assign(tf.zeros([4, 5]));
    router.proj.bias!.assign(tf.zeros([5]));
    const { gates } = router.forward(x(), mask());
    const row = gates.step().slice([0, 0, 0], [1, 1, -1]).dataSync();
    expect([...row]).toEqual(Array.from({ length: 5 }, (_, k) => (k < topK ? 1 : 0)));
  });

  it('lets what the experts do move the router', () => {
    const router = new Router({ dModel: 4, numExperts: 5, topK }, new Rng(1));
    const worth = samples([2, 3, 5], 4);
    const loss = () => router.forward(x(), mask()).gates.mul(worth).sum() as tf.Scalar;
    const { grads } = tf.variableGrads(loss, [router.proj.weight]);
    expect(grads[router.proj.weight.name]!.abs().max().dataSync()[0]).toBeGreaterThan(1e-3);
  });
});

describe('Router', () => {
  it('sees one extra a sample as the same extra at every token', () => {
    const router = new Router({ dModel: 4, numExperts: 5, extraDim: 2 }, new Rng(1));
    const extra = samples<tf.Tensor3D>([2, 1, 2], 3);
    const { gates } = router.forward(x(), mask(), extra);
    expectClose(gates, router.forward(x(), mask(), extra.tile([1, 3, 1])).gates);
    const other = router.forward(x(), mask(), extra.add<tf.Tensor3D>(1)).gates;
    expect(gates.sub(other).abs().max().dataSync()[0]).toBeGreaterThan(1e-3);
  });

  it('says what is wrong', () => {
    const build = (topK: number) => new Router({ dModel: 4, numExperts: 3, topK }, new Rng(1));
    expect(() => build(4)).toThrow(
      new RangeError('Cannot build Router as topK must be an integer from 1 to numExperts=3: got 4.'),
    );
    expect(() => build(0)).toThrow(/got 0/);
    expect(() => build(1.5)).toThrow(/got 1.5/);
    expect(() => build(2).forward(x(), mask(), samples([2, 1, 2]))).toThrow(/got extraDim=0, extra \[2, 1, 2\]/);
    const sighted = new Router({ dModel: 4, numExperts: 3, extraDim: 2 }, new Rng(1));
    expect(() => sighted.forward(x(), mask())).toThrow(/got extraDim=2, no extra/);
    expect(() => sighted.forward(x(), mask(), samples([2, 2, 2]))).toThrow(/extra must have shape \[2, 3, 2\]/);
    expect(() => sighted.forward(x(), tf.ones([2, 2]), samples([2, 1, 2]))).toThrow(/mask must have shape \[2, 3\]/);
  });
});
