import * as tf from '@tensorflow/tfjs';
import { INFERENCE, Rng } from '@trimodal/core';
import { checkComponent, expectClose, samples } from '@trimodal/testing';
import { expect, test } from 'vitest';
import { Expert } from './expert';
import { ExpertBank } from './expert-bank';

const gates = () => tf.softmax(samples<tf.Tensor3D>([2, 3, 5], 9));

test('keeps the contract of components', () => {
  checkComponent({
    build: (rng) => new ExpertBank({ dModel: 4, numExperts: 5, hiddenDim: 6 }, rng),
    run: (bank, _, ctx) => ({ y: bank.forward(samples([2, 3, 4]), gates(), ctx) }),
    shapes: { y: [2, 3, 4] },
    subsets: false,
  });
});

test('is the weighed sum of as many experts', () => {
  const bank = new ExpertBank({ dModel: 4, numExperts: 5, hiddenDim: 6 }, new Rng(1));
  const x = samples<tf.Tensor3D>([2, 3, 4], 2);
  const outputs = Array.from({ length: 5 }, (_, k) => {
    const expert = new Expert({ dModel: 4, hiddenDim: 6 }, new Rng(2));
    expert.mlp.inProj.weight.assign(bank.inProj.weight.slice([0, 6 * k], [-1, 6]));
    expert.mlp.inProj.bias!.assign(bank.inProj.bias!.slice(6 * k, 6));
    expert.mlp.outProj.weight.assign(bank.outWeight.slice([6 * k, 0], [6, -1]));
    expert.mlp.outProj.bias!.assign(bank.outBias.slice([k, 0], [1, -1]).reshape([4]));
    return expert.forward(x, INFERENCE);
  });
  const wanted = tf.stack(outputs, 2).mul(gates().expandDims(-1)).sum(2);
  expectClose(bank.forward(x, gates(), INFERENCE), wanted);
});

test('says what is wrong', () => {
  const bank = new ExpertBank({ dModel: 4, numExperts: 5 }, new Rng(1));
  const x = samples<tf.Tensor3D>([2, 3, 4]);
  expect(() => bank.forward(x, tf.ones([2, 3, 4]), INFERENCE)).toThrow(
    new RangeError('Cannot mix experts as gates must have shape [2, 3, 5]: got [2, 3, 4].'),
  );
  expect(() => new ExpertBank({ dModel: 4, numExperts: 0 }, new Rng(1))).toThrow(/numExperts must be a positive/);
});
