import * as tf from '@tensorflow/tfjs';
import { type ForwardContext, type Modality, Rng } from '@trimodal/core';
import { expect, test } from 'vitest';
import { type ComponentCase, checkComponent, MODALITY_SUBSETS } from './check-component';

/** A sum over modalities of `x_m w`, with dropout. */
class Sum {
  readonly weight: tf.Variable<tf.Rank.R2>;
  constructor(rng: Rng) {
    const stream = rng.fork('weight');
    const values = Float32Array.from({ length: 12 }, () => stream.normal());
    this.weight = tf.tidy(() => tf.variable(tf.tensor2d(values, [4, 3])));
  }

  forward(inputs: readonly tf.Tensor2D[], ctx: ForwardContext): tf.Tensor2D {
    const x = tf.addN(inputs as tf.Tensor2D[]) as tf.Tensor2D;
    return tf.matMul(ctx.training ? x.mul<tf.Tensor2D>(ctx.rng.keepMask(x.shape, 0.3)) : x, this.weight);
  }
}

const inputs = (available: readonly Modality[]): tf.Tensor2D[] =>
  (['text', 'audio', 'vision'] as const).map((modality, i) => {
    const here = available.includes(modality) ? 1 : 0;
    return tf.tensor2d(
      Array.from({ length: 8 }, (_, k) => here * Math.cos(k + 3 * i)),
      [2, 4],
    );
  });

const good: ComponentCase<Sum> = {
  build: (rng) => new Sum(rng),
  run: (module, available, ctx) => ({ out: module.forward(inputs(available), ctx) }),
  shapes: { out: [2, 3] },
};

test('a component that keeps the contract passes and leaves no tensor', () => {
  const before = tf.memory().numTensors;
  checkComponent(good);
  expect(tf.memory().numTensors).toBe(before);
});

test('there are seven subsets, each another', () => {
  expect(MODALITY_SUBSETS).toHaveLength(7);
  expect(new Set(MODALITY_SUBSETS.map((subset) => subset.join())).size).toBe(7);
  expect(MODALITY_SUBSETS.every((subset) => subset.length > 0)).toBe(true);
});

class Unused extends Sum {
  readonly spare = tf.variable(tf.zeros([2]));
}

let calls = 0;
const kept: tf.Tensor[] = [];

test.each<[string, Partial<ComponentCase<Sum>>, RegExp]>([
  ['a wrong shape', { shapes: { out: [3, 2] } }, /out: shape \[2,3\], not \[3,2\]/],
  ['an output that is not there', { shapes: { gates: [2, 3] } }, /gates: shape \[undefined\]/],
  [
    'weights that ignore the seed',
    { build: () => new Sum(new Rng(++calls)) },
    /the same seed builds the same component: out differs/,
  ],
  [
    'randomness in inference',
    { run: (module, available, ctx) => ({ out: module.forward(inputs(available), ctx).mul(Math.random() + 1) }) },
    /differs/,
  ],
  [
    'randomness in training that is not from ctx.rng',
    {
      run: (module, available, ctx) => ({
        out: module.forward(inputs(available), ctx).mul(ctx.training ? Math.random() + 1 : 1),
      }),
    },
    /one training seed gives one output/,
  ],
  ['a parameter without gradient', { build: (rng) => new Unused(rng) }, /spare: got no gradient/],
  ['a gradient where none is meant to be', { withoutGradient: ['weight'] }, /weight: got a gradient/],
  [
    'a gradient that is not finite on an absent modality',
    {
      run: (module, available, ctx) => ({
        out: module.forward(
          inputs(available).map((x) => x.mul(module.weight.sum()).square().sum().sqrt().mul(x)) as tf.Tensor2D[],
          ctx,
        ),
      }),
    },
    /weight: gradient not finite with \[text\]/,
  ],
  [
    'an output that is not finite on an absent modality',
    {
      run: (module, available, ctx) => {
        const out = module.forward(inputs(available), ctx);
        return {
          out: ctx.training
            ? out
            : out.add(
                tf
                  .scalar(available.length - 1)
                  .log()
                  .mul(0),
              ),
        };
      },
    },
    /out: output not finite with \[text\]/,
  ],
  [
    'a tensor that is kept',
    {
      run: (module, available, ctx) => {
        kept.push(tf.keep(tf.scalar(1)));
        return { out: module.forward(inputs(available), ctx) };
      },
    },
    /leaked \d+ tensors/,
  ],
  [
    'state outside the parameters',
    { build: (rng) => Object.assign(new Sum(rng), { scale: rng.uniform() }), run: scaled },
    /a loaded component equals the saved one: out differs/,
  ],
])('%s is found', (_, defect, message) => {
  expect(() => checkComponent({ ...good, ...defect })).toThrow(message);
  tf.dispose(kept);
});

function scaled(module: Sum & { scale?: number }, available: readonly Modality[], ctx: ForwardContext) {
  return { out: module.forward(inputs(available), ctx).mul(module.scale ?? 1) };
}

test('withoutGradient lets a parameter be without', () => {
  checkComponent({ ...good, build: (rng) => new Unused(rng), withoutGradient: ['spare'] });
});
