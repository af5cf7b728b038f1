import * as tf from '@tensorflow/tfjs';
import {
  forModalities,
  INFERENCE,
  MODALITIES,
  type Modality,
  mapModalities,
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
import { ImportanceFusion, type ImportanceFusionOptions } from './importance-fusion';

const partsOf = (available: readonly Modality[] = MODALITIES): Parts => ({
  shared: tokensOf(1, available),
  private: tokensOf(2, available),
  mask: masksOf(available),
});
const build = (options: Partial<ImportanceFusionOptions> = {}, rng = new Rng(1)) =>
  new ImportanceFusion({ dModel: DIM, numHeads: 2, hiddenDim: 6, ...options }, rng);
const all = presentOf(MODALITIES);
const largest = (x: tf.Tensor) => x.abs().max().dataSync()[0]!;

describe.each(['importance', 'mean'] as const)('ImportanceFusion by %s', (weighting) => {
  it.each(['mean', 'attention'] as const)('keeps the contract of a component (%s pooling)', (pooling) => {
    checkComponent({
      build: (rng) => build({ weighting, pooling }, rng),
      run: (fusion, available, ctx) => fusion.forward(partsOf(available), presentOf(available), ctx),
      shapes: { fused: [2, DIM], weights: [2, 6] },
    });
  });

  it('keeps it for a single part', () => {
    const layer = ['queryProj.weight', 'queryProj.bias', 'keyProj.weight'].map((path) => `layer.attention.${path}`);
    const scorer = ['partProj.weight', 'contextProj.weight', 'query'].map((path) => `scorer.${path}`);
    checkComponent({
      build: (rng) => build({ weighting, slots: ['private'], modalities: ['audio'] }, rng),
      run: (fusion, _, ctx) => fusion.forward({ ...partsOf(), shared: {} }, all, ctx),
      shapes: { fused: [2, DIM], weights: [2, 1] },
      subsets: false,
      // one part gets all the weight and all the attention, whatever its score
      withoutGradient: weighting === 'importance' ? [...layer, ...scorer] : layer,
    });
  });

  it('computes what PyTorch computes', () => {
    const fusion = build({ weighting, dropoutRate: 0 });
    expectReference(readFixture(import.meta.url, `importance-${weighting}`), fusion, (input) => {
      const take = <T extends tf.Tensor>(kind: string) =>
        forModalities(MODALITIES, (modality) => input(`${kind}.${modality}`) as T);
      const parts = {
        shared: take<tf.Tensor3D>('shared'),
        private: take<tf.Tensor3D>('private'),
        mask: take<tf.Tensor2D>('mask'),
      };
      const present = tf.tensor2d([
        [1, 1, 0],
        [1, 1, 1],
      ]);
      return fusion.forward(parts, present, INFERENCE);
    });
  });

  it('weighs what is there, with exactly 0 for what is not', () => {
    const fusion = build({ weighting });
    for (const available of MODALITY_SUBSETS) {
      const { weights } = fusion.forward(partsOf(available), presentOf(available), INFERENCE);
      expectClose(weights.sum(1), [1, 1]);
      for (const row of weights.arraySync()) {
        for (const [k, part] of fusion.parts.entries()) {
          const there = available.some((modality) => part.endsWith(modality));
          if (!there) expect(row[k]).toBe(0);
          else if (weighting === 'mean') expect(row[k]).toBeCloseTo(1 / (2 * available.length), 6);
          else expect(row[k]).toBeGreaterThan(0);
        }
      }
    }
  });

  it('lets nothing flow from an absent modality, whatever its tokens', () => {
    const fusion = build({ weighting });
    const present = presentOf(['text', 'vision']);
    const parts = partsOf();
    const loud = {
      ...parts,
      private: { ...parts.private, audio: valueFor(parts.private, 'audio').mul<tf.Tensor3D>(50) },
    };
    const quiet = fusion.forward(parts, present, INFERENCE);
    expectClose(fusion.forward(loud, present, INFERENCE).fused, quiet.fused, { relative: 0, absolute: 0 });
    const heard = fusion.forward(loud, all, INFERENCE).fused.sub(fusion.forward(parts, all, INFERENCE).fused);
    expect(largest(heard)).toBeGreaterThan(1e-3);
  });
});

describe('ImportanceFusion', () => {
  it('names the axis of its weights: the slots, in each the modalities', () => {
    const names = ['shared.text', 'shared.audio', 'shared.vision', 'private.text', 'private.audio', 'private.vision'];
    expect(build().parts).toEqual(names);
    expect(build({ slots: ['private'], modalities: ['vision', 'text'] }).parts).toEqual([
      'private.text',
      'private.vision',
    ]);
  });

  it('goes by the sample: what a part says changes what it counts, roles apart', () => {
    const fusion = build();
    const parts = partsOf();
    const { weights } = fusion.forward(parts, all, INFERENCE);
    const [first, second] = tf.unstack(weights);
    expect(largest(first!.sub(second!))).toBeGreaterThan(1e-3);
    const text = valueFor(parts.shared, 'text').mean<tf.Tensor3D>(1, true);
    const same = mapModalities(parts.mask, () => text);
    const mask = mapModalities(parts.mask, () => tf.ones<tf.Rank.R2>([2, 1]));
    const alike = { shared: same, private: same, mask };
    const role = parameters(fusion).get('role')!;
    const byRole = fusion.forward(alike, all, INFERENCE).weights;
    expect(largest(byRole.sub(1 / 6))).toBeGreaterThan(1e-4); // equal parts are told apart by their roles alone
    role.assign(tf.zeros([6, DIM]));
    expectClose(fusion.forward(alike, all, INFERENCE).weights, tf.fill([2, 6], 1 / 6));
  });

  it('weighs by the mean without a scorer, all else equal', () => {
    const [importance, mean] = [parameters(build()), parameters(build({ weighting: 'mean' }))];
    expect([...mean.keys()]).toEqual([...importance.keys()].filter((path) => !path.startsWith('scorer.')));
    for (const [path, weight] of mean) expectClose(weight, importance.get(path)!, { relative: 0, absolute: 0 });
  });

  it('says what is wrong', () => {
    expect(() => build({ numHeads: 3 })).toThrow(/dModel must be divisible by numHeads: got dModel=4, numHeads=3/);
    expect(() => build({ slots: [] })).toThrow(/there must be a part to pool/);
    expect(() => build().forward({ ...partsOf(), shared: {} }, all, INFERENCE)).toThrow(
      /Cannot take the value of text/,
    );
  });
});
