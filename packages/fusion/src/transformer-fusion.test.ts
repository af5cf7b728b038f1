import { INFERENCE, Rng } from '@trimodal/core';
import { checkComponent, DIM, expectReference, presentOf, readFixture } from '@trimodal/testing';
import { expect, test } from 'vitest';
import { flowFromAudio, partsOf, referenceParts } from './__fixtures__/parts';
import { TransformerFusion } from './transformer-fusion';

test.each(['mean', 'attention'] as const)('keeps the contract of a component (%s pooling)', (pooling) => {
  checkComponent({
    build: (rng) => new TransformerFusion({ dModel: DIM, numLayers: 2, pooling }, rng),
    run: (fusion, available, ctx) => fusion.forward(partsOf(available), presentOf(available), ctx),
    shapes: { fused: [2, 6 * DIM] },
  });
});

test('computes what PyTorch computes', () => {
  const fusion = new TransformerFusion({ dModel: DIM, hiddenDim: 6 }, new Rng(1));
  expectReference(readFixture(import.meta.url, 'transformer'), fusion, (input) =>
    fusion.forward(...referenceParts(input), INFERENCE),
  );
});

test('lets nothing flow from an absent modality, and leaves its place empty', () => {
  const fusion = new TransformerFusion({ dModel: DIM, slots: ['private'] }, new Rng(1));
  const [absent, there] = flowFromAudio((parts, present) => fusion.forward(parts, present, INFERENCE).fused);
  expect(absent).toBe(0);
  expect(there).toBeGreaterThan(0);
  const { fused } = fusion.forward(partsOf(['text', 'vision']), presentOf(['text', 'vision']), INFERENCE);
  const parts = fused.reshape([2, 3, DIM]).abs().sum([0, 2]).dataSync();
  expect([...parts].map((size) => size > 0)).toEqual([true, false, true]);
});

test('says how wide it is and which parts it reads', () => {
  const fusion = new TransformerFusion({ dModel: DIM, slots: ['shared'], modalities: ['audio', 'text'] }, new Rng(1));
  expect(fusion.parts).toEqual(['shared.text', 'shared.audio']);
  expect(fusion.outDim).toBe(2 * DIM);
  expect(() => new TransformerFusion({ dModel: DIM, numHeads: 3 }, new Rng(1))).toThrow(/divisible by numHeads/);
});
