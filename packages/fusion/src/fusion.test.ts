import * as tf from '@tensorflow/tfjs';
import {
  forModalities,
  INFERENCE,
  MODALITIES,
  type Modality,
  type Parts,
  parameters,
  Rng,
  valueFor,
} from '@trimodal/core';
import {
  checkComponent,
  DIM,
  expectClose,
  expectReference,
  MODALITY_SUBSETS,
  masksOf,
  presentOf,
  readFixture,
  tokensOf,
} from '@trimodal/testing';
import { describe, expect, it } from 'vitest';
import { AttentionFusion } from './attention-fusion';
import { ConcatFusion } from './concat-fusion';
import { GatedFusion } from './gated-fusion';
import type { PartPoolingOptions } from './part-pooling';

const partsOf = (available: readonly Modality[] = MODALITIES): Parts => ({
  shared: tokensOf(1, available),
  private: tokensOf(2, available),
  mask: masksOf(available),
});
const all = presentOf(MODALITIES);
const number = (x: tf.Tensor) => x.dataSync()[0]!;

const fusions = [
  {
    name: 'concat',
    build: (o: PartPoolingOptions, rng: Rng) => new ConcatFusion(o, rng),
    shapes: { fused: [2, 6 * DIM] },
  },
  {
    name: 'gated',
    build: (o: PartPoolingOptions, rng: Rng) => new GatedFusion(o, rng),
    shapes: { fused: [2, DIM], gates: [2, 6, DIM] },
  },
  {
    name: 'attention',
    build: (o: PartPoolingOptions, rng: Rng) => new AttentionFusion(o, rng),
    shapes: { fused: [2, DIM], weights: [2, 6] },
  },
] as const;

describe.each(fusions)('$name fusion', ({ name, build, shapes }) => {
  it.each(['mean', 'attention'] as const)('keeps the contract of a component (%s pooling)', (pooling) => {
    checkComponent({
      build: (rng) => build({ dModel: DIM, pooling }, rng),
      run: (fusion, available, ctx) => fusion.forward(partsOf(available), presentOf(available), ctx),
      shapes,
    });
  });

  it('keeps it for a single part', () => {
    const fusion = (rng: Rng) => build({ dModel: DIM, slots: ['private'], modalities: ['audio'] }, rng);
    checkComponent({
      build: fusion,
      run: (module, _, ctx) => module.forward({ ...partsOf(), shared: {} }, all, ctx),
      shapes: { fused: [2, DIM] },
      subsets: false,
      // one part gets all the weight, whatever its score
      withoutGradient: ['attention.query', 'attention.keyProj.weight', 'attention.keyProj.bias'],
    });
    expect(fusion(new Rng(1)).parts).toEqual(['private.audio']);
  });

  it('computes what PyTorch computes', () => {
    const fusion = build({ dModel: DIM, pooling: name === 'concat' ? 'attention' : 'mean' }, new Rng(1));
    expectReference(readFixture(import.meta.url, name), fusion, (input) => {
      const take = <T extends tf.Tensor>(kind: string) =>
        forModalities(MODALITIES, (modality) => input(`${kind}.${modality}`) as T);
      const parts = {
        shared: take<tf.Tensor3D>('shared'),
        private: take<tf.Tensor3D>('private'),
        mask: take<tf.Tensor2D>('mask'),
      };
      return fusion.forward(
        parts,
        tf.tensor2d([
          [1, 1, 0],
          [1, 1, 1],
        ]),
        INFERENCE,
      );
    });
  });

  it('lets nothing flow from an absent modality, whatever its tokens', () => {
    const fusion = build({ dModel: DIM, pooling: 'attention' }, new Rng(1));
    const parts = partsOf();
    const present = tf.tensor2d([
      [1, 0, 1],
      [1, 1, 1],
    ]);
    const gradient = tf.grad((audio) => {
      const { fused } = fusion.forward(
        { ...parts, private: { ...parts.private, audio: audio as tf.Tensor3D } },
        present,
        INFERENCE,
      );
      return fused.square().sum();
    })(valueFor(parts.private, 'audio'));
    const [absent, there] = tf.unstack(gradient.abs().sum([1, 2]));
    expect(number(absent!)).toBe(0);
    expect(number(there!)).toBeGreaterThan(0);
  });

  it('says how wide it is and which parts it reads', () => {
    const fusion = build({ dModel: DIM, slots: ['private'], modalities: ['vision', 'text'] }, new Rng(1));
    expect(fusion.parts).toEqual(['private.text', 'private.vision']);
    const { fused } = fusion.forward({ ...partsOf(), shared: {} }, all, INFERENCE);
    expect(fused.shape).toEqual([2, fusion.outDim]);
  });

  it('refuses parts that are not there or of another shape', () => {
    const fusion = build({ dModel: DIM }, new Rng(1));
    expect(() => fusion.forward({ ...partsOf(), shared: {} }, all, INFERENCE)).toThrow(/Cannot take the value of text/);
    const wide = { ...partsOf().private, text: tf.zeros<tf.Rank.R3>([2, 3, DIM + 1]) };
    expect(() => fusion.forward({ ...partsOf(), private: wide }, all, INFERENCE)).toThrow(
      /Cannot pool parts as private.text must have shape \[2, \?, 4\]: got \[2, 3, 5\]/,
    );
    expect(() => fusion.forward(partsOf(), tf.ones([2, 2]), INFERENCE)).toThrow(/present must have shape/);
    expect(() => build({ dModel: DIM, slots: [] }, new Rng(1))).toThrow(/there must be a part to pool/);
  });
});

describe('ConcatFusion', () => {
  it('puts the means of the tokens that are there side by side', () => {
    const fusion = new ConcatFusion({ dModel: 2, modalities: ['text', 'audio'] }, new Rng(1));
    const mask = { text: tf.tensor2d([[1, 1, 0]]), audio: tf.zeros<tf.Rank.R2>([1, 1]) };
    const shared = {
      text: tf.tensor3d([
        [
          [1, 2],
          [3, 4],
          [9, 9],
        ],
      ]),
      audio: tf.zeros<tf.Rank.R3>([1, 1, 2]),
    };
    const own = {
      text: tf.tensor3d([
        [
          [0, 5],
          [2, 5],
          [9, 9],
        ],
      ]),
      audio: tf.zeros<tf.Rank.R3>([1, 1, 2]),
    };
    const { fused } = fusion.forward({ shared, private: own, mask }, tf.tensor2d([[1, 0, 0]]), INFERENCE);
    expectClose(fused, [2, 3, 0, 0, 1, 5, 0, 0]);
    expect(parameters(fusion).size).toBe(0);
  });
});

describe('GatedFusion', () => {
  it('closes the gates of absent parts and no others', () => {
    const fusion = new GatedFusion({ dModel: DIM }, new Rng(1));
    for (const available of MODALITY_SUBSETS) {
      const { gates } = fusion.forward(partsOf(available), presentOf(available), INFERENCE);
      const open = gates.min(-1).step().arraySync() as number[][];
      const wanted = fusion.parts.map((part) => (available.some((modality) => part.endsWith(modality)) ? 1 : 0));
      for (const row of open) expect(row).toEqual(wanted);
    }
  });
});

describe('AttentionFusion', () => {
  it('gives weights that sum to 1 over what is there', () => {
    const fusion = new AttentionFusion({ dModel: DIM }, new Rng(1));
    for (const available of MODALITY_SUBSETS) {
      const { weights } = fusion.forward(partsOf(available), presentOf(available), INFERENCE);
      expectClose(weights.sum(1), [1, 1]);
      const rows = weights.arraySync();
      for (const [k, part] of fusion.parts.entries()) {
        const there = available.some((modality) => part.endsWith(modality));
        for (const row of rows) expect(row[k]! > 0).toBe(there);
      }
    }
  });
});
