import * as tf from '@tensorflow/tfjs';
import { INFERENCE, mapModalities, Rng } from '@trimodal/core';
import {
  byName,
  checkComponent,
  DIM,
  expectClose,
  expectReference,
  presentOf,
  readFixture,
  TIMES,
} from '@trimodal/testing';
import { expect, test } from 'vitest';
import { flowFromAudio, partsOf, referenceParts } from './__fixtures__/parts';
import { CrossModalFusion } from './cross-modal-fusion';

const small = { dModel: DIM, numHeads: 2, numLayers: 1 };

test.each([{ pooling: 'attention' }, { positions: 'none', slots: ['private'] }] as const)(
  'keeps the contract of a component: %j',
  (options) => {
    checkComponent({
      build: (rng) => new CrossModalFusion({ ...small, ...options }, rng),
      run: (fusion, available, ctx) => byName(fusion.forward(partsOf(available), presentOf(available), ctx)),
      shapes: { fused: [2, 3 * 2 * DIM], 'streams.audio': [2, TIMES.audio, 2 * DIM] },
    });
  },
);

test('keeps it for a single modality, which has no one to read', () => {
  checkComponent({
    build: (rng) => new CrossModalFusion({ ...small, modalities: ['audio'] }, rng),
    run: (fusion, _, ctx) => byName(fusion.forward(partsOf(), presentOf(['audio']), ctx)),
    shapes: { fused: [2, DIM], 'streams.audio': [2, TIMES.audio, DIM] },
    subsets: false,
  });
});

test('computes what PyTorch computes', () => {
  const options = { dModel: DIM, numHeads: 2, numLayers: 2, hiddenDim: 6, pooling: 'attention' } as const;
  const fusion = new CrossModalFusion(options, new Rng(1));
  expectReference(readFixture(import.meta.url, 'cross-modal'), fusion, (input) =>
    byName(fusion.forward(...referenceParts(input), INFERENCE)),
  );
});

test('lets nothing flow from an absent modality, and leaves its place empty', () => {
  const fusion = new CrossModalFusion(small, new Rng(1));
  const [absent, there] = flowFromAudio((parts, present) => fusion.forward(parts, present, INFERENCE).fused);
  expect(absent).toBe(0);
  expect(there).toBeGreaterThan(0);
  const { streams } = fusion.forward(partsOf(['text', 'vision']), presentOf(['text', 'vision']), INFERENCE);
  expect(streams.audio!.abs().max().dataSync()[0]).toBe(0);
  expect(streams.text!.abs().max().dataSync()[0]).toBeGreaterThan(0);
});

test('a stream reads the other modalities', () => {
  const fusion = new CrossModalFusion(small, new Rng(1));
  const parts = partsOf();
  const by = (vision: tf.Tensor3D) =>
    fusion.forward({ ...parts, private: { ...parts.private, vision } }, tf.ones([2, 3]), INFERENCE).streams;
  const moved = mapModalities(
    by(parts.private.vision!),
    (stream, modality) =>
      stream
        .sub(by(parts.private.vision!.add(1))[modality]!)
        .abs()
        .max()
        .dataSync()[0]!,
  );
  expect(moved.text).toBeGreaterThan(0);
  expect(moved.audio).toBeGreaterThan(0);
});

test('positions tell the order of steps; without them it is not seen', () => {
  const size = (positions: 'sinusoidal' | 'none') => {
    const fusion = new CrossModalFusion({ ...small, positions }, new Rng(1));
    const parts = partsOf();
    const reversed = (slot: 'shared' | 'private') => mapModalities(parts[slot], (x) => tf.reverse(x, 1));
    const turned = { ...parts, shared: reversed('shared'), private: reversed('private') };
    const fuse = (of: typeof parts) => fusion.forward(of, tf.ones([2, 3]), INFERENCE).fused;
    return [fuse(parts), fuse(turned)] as const;
  };
  expectClose(...size('none'), { relative: 1e-4, absolute: 1e-5 });
  expect(() => expectClose(...size('sinusoidal'), { relative: 1e-4, absolute: 1e-5 })).toThrow();
});

test('refuses what does not fit', () => {
  expect(() => new CrossModalFusion({ dModel: DIM, numHeads: 3 }, new Rng(1))).toThrow(/divisible by numHeads/);
  expect(() => new CrossModalFusion({ ...small, numLayers: 0 }, new Rng(1))).toThrow(/numLayers must be .*: got 0/);
  const wide = { ...partsOf().private, text: tf.zeros<tf.Rank.R3>([2, 3, DIM + 1]) };
  const fusion = new CrossModalFusion(small, new Rng(1));
  expect(() => fusion.forward({ ...partsOf(), private: wide }, tf.ones([2, 3]), INFERENCE)).toThrow(
    /Cannot fuse parts as private.text must have shape/,
  );
});
