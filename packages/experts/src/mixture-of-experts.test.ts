import * as tf from '@tensorflow/tfjs';
import { INFERENCE, parameters, Rng } from '@trimodal/core';
import { checkComponent, checkGolden, expectClose, samples } from '@trimodal/testing';
import { describe, expect, it } from 'vitest';
import { expertLoads, loadBalanceLoss } from './expert-loads';
import { MixtureOfExperts } from './mixture-of-experts';

const sizes = { dModel: 4, numExperts: 3, hiddenDim: 6 };
const x = () => samples<tf.Tensor3D>([2, 5, 4]);
const mask = () =>
  tf.tensor2d([
    [1, 1, 1, 1, 1],
    [1, 0, 1, 1, 0],
  ]);

describe.each([
  ['dense', 3],
  ['top-2', 2],
  ['top-1', 1],
] as const)('MixtureOfExperts, %s', (name, topK) => {
  it('keeps the contract of components', () => {
    checkComponent({
      build: (rng) => new MixtureOfExperts({ ...sizes, topK, extraDim: 1 }, rng),
      run: (mixture, _, ctx) => {
        const { output, gates, probabilities } = mixture.forward(x(), mask(), ctx, samples([2, 1, 1], 2));
        return { output, gates, probabilities };
      },
      shapes: { output: [2, 5, 4], gates: [2, 5, 3], probabilities: [2, 5, 3] },
      subsets: false,
    });
  });

  it('equals PyTorch, gradients, loads and balance too', () => {
    const mixture = new MixtureOfExperts({ ...sizes, topK, extraDim: 1 }, new Rng(1));
    checkGolden(import.meta.url, `mixture-${name}`, mixture, (module, { x, mask, extra }) => {
      const there = mask as tf.Tensor2D;
      const { output, ...routing } = module.forward(x as tf.Tensor3D, there, INFERENCE, extra as tf.Tensor3D);
      const loads = expertLoads(routing.gates, there);
      return { output, ...routing, loads, balance: loadBalanceLoss(routing, there) };
    });
  });
});

describe('MixtureOfExperts', () => {
  it('is deaf to tokens that are not there, and silent at them', () => {
    const mixture = new MixtureOfExperts(sizes, new Rng(1));
    const there = mask().expandDims(-1);
    const { output, gates } = mixture.forward(x(), mask(), INFERENCE);
    const other = mixture.forward(x().add(tf.sub(1, there).mul(7)), mask(), INFERENCE);
    expectClose(output, other.output, { relative: 0, absolute: 0 });
    expect(output.mul(tf.sub(1, there)).abs().max().dataSync()[0]).toBe(0);
    expectClose(gates.sum(-1), mask());
  });

  it('of one expert has no router', () => {
    const mixture = new MixtureOfExperts({ ...sizes, numExperts: 1 }, new Rng(1));
    expect([...parameters(mixture).keys()].every((path) => path.startsWith('experts.'))).toBe(true);
    expectClose(mixture.forward(x(), mask(), INFERENCE).gates, mask());
  });

  it('says what is wrong', () => {
    expect(() => new MixtureOfExperts({ ...sizes, topK: 0 }, new Rng(1))).toThrow(/from 1 to numExperts=3: got 0/);
    expect(() => new MixtureOfExperts(sizes, new Rng(1)).forward(x(), tf.ones([2, 4]), INFERENCE)).toThrow(
      /mask must have shape \[2, 5\]: got \[2, 4\]/,
    );
  });
});
