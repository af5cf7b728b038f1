import * as tf from '@tensorflow/tfjs';
import { INFERENCE, parameters, Rng } from '@trimodal/core';
import { checkComponent, DIM, expectClose, expectReference, presentOf, readFixture } from '@trimodal/testing';
import { expect, test } from 'vitest';
import { flowFromAudio, partsOf, referenceParts } from './__fixtures__/parts';
import { LowRankFusion } from './low-rank-fusion';

test.each(['mean', 'attention'] as const)('keeps the contract of a component (%s pooling)', (pooling) => {
  checkComponent({
    build: (rng) => new LowRankFusion({ dModel: DIM, rank: 3, outDim: 5, pooling }, rng),
    run: (fusion, available, ctx) => fusion.forward(partsOf(available), presentOf(available), ctx),
    shapes: { fused: [2, 5] },
  });
});

test('keeps it for a single part', () => {
  checkComponent({
    build: (rng) => new LowRankFusion({ dModel: DIM, slots: ['private'], modalities: ['audio'] }, rng),
    run: (fusion, _, ctx) => fusion.forward({ ...partsOf(), shared: {} }, presentOf(['audio']), ctx),
    shapes: { fused: [2, DIM] },
    subsets: false,
  });
});

test('computes what PyTorch computes with the outer product made', () => {
  const fusion = new LowRankFusion({ dModel: DIM, rank: 3, outDim: 5 }, new Rng(1));
  expectReference(readFixture(import.meta.url, 'low-rank'), fusion, (input) =>
    fusion.forward(...referenceParts(input), INFERENCE),
  );
});

test('of two parts, one absent, the other is mapped linearly: what the appended 1 leaves of the product', () => {
  const fusion = new LowRankFusion({ dModel: DIM, slots: ['private'], modalities: ['text', 'audio'] }, new Rng(1));
  for (const weight of parameters(fusion).values()) weight.assign(weight.add(0.1)); // factors of the 1 are no longer 1
  const parts = partsOf(['text']);
  const fuse = (scale: number) =>
    fusion.forward(
      { ...parts, private: { ...parts.private, text: parts.private.text!.mul(scale) } },
      presentOf(['text']),
      INFERENCE,
    ).fused;
  const zero = fuse(0);
  expectClose(fuse(3).sub(zero), fuse(1).sub(zero).mul(3), { relative: 1e-4, absolute: 1e-6 });
  expect(fuse(1).dataSync()).not.toEqual(zero.dataSync());
});

test('lets nothing flow from an absent modality, whatever its tokens', () => {
  const fusion = new LowRankFusion({ dModel: DIM }, new Rng(1));
  const [absent, there] = flowFromAudio((parts, present) => fusion.forward(parts, present, INFERENCE).fused);
  expect(absent).toBe(0);
  expect(there).toBeGreaterThan(0);
});

test.each([6, 3])('a product of %i parts starts neither vanishing nor exploding', (numParts) => {
  const slots = numParts === 6 ? (['shared', 'private'] as const) : (['private'] as const);
  const fusion = new LowRankFusion({ dModel: DIM, slots }, new Rng(1));
  const size = fusion
    .forward(partsOf(), presentOf(['text', 'audio', 'vision']), INFERENCE)
    .fused.abs()
    .mean();
  expect(size.dataSync()[0]).toBeGreaterThan(0.1);
  expect(size.dataSync()[0]).toBeLessThan(10);
});

test('refuses sizes and parts that cannot be', () => {
  expect(() => new LowRankFusion({ dModel: DIM, rank: 0 }, new Rng(1))).toThrow(/rank must be .*: got 0/);
  expect(() => new LowRankFusion({ dModel: DIM, outDim: 1.5 }, new Rng(1))).toThrow(/outDim must be .*: got 1.5/);
  const fusion = new LowRankFusion({ dModel: DIM }, new Rng(1));
  expect(() => fusion.forward({ ...partsOf(), shared: {} }, tf.ones([2, 3]), INFERENCE)).toThrow(/value of text/);
});
