import * as tf from '@tensorflow/tfjs';
import {
  forModalities,
  INFERENCE,
  MODALITIES,
  type Modality,
  mapModalities,
  parameters,
  Rng,
  valueFor,
} from '@trimodal/core';
import {
  byName,
  checkComponent,
  DIM,
  expectClose,
  expectReference,
  masksOf,
  readFixture,
  TIMES,
  tokenShapes,
  tokensOf,
} from '@trimodal/testing';
import { describe, expect, it } from 'vitest';
import {
  type AnchorGuidedOptions,
  AnchorGuidedPrivateRouting,
  anchorPreservation,
  antiLeakage,
  borrowCost,
} from './agpr';

const build = (options: Partial<AnchorGuidedOptions> = {}, rng = new Rng(1)) =>
  new AnchorGuidedPrivateRouting({ dModel: DIM, numHeads: 2, ...options }, rng);
const partsOf = (available: readonly Modality[] = MODALITIES) => ({
  shared: tokensOf(1, available),
  private: tokensOf(2, available),
  mask: masksOf(available),
});
const vectors = (...names: readonly string[]) =>
  Object.fromEntries(names.flatMap((name) => MODALITIES.map((modality) => [`${name}.${modality}`, [2, DIM]])));
const number = (x: tf.Tensor) => x.dataSync()[0]!;

describe('AnchorGuidedPrivateRouting', () => {
  it.each<Partial<AnchorGuidedOptions>>([{}, { anchor: 'audio' }, { borrow: 'uncontrolled' }, { borrow: 'none' }])(
    'keeps the contract of a component (%o)',
    (options) => {
      checkComponent({
        build: (rng) => build(options, rng),
        run: (agpr, available, ctx) => byName(agpr.forward(partsOf(available), ctx)),
        shapes: {
          ...tokenShapes('private'),
          ...vectors('anchors', 'profiles', 'pooled', 'sharedPooled'),
          borrow: [2, 3, 3],
        },
      });
    },
  );

  it.each(['pooled', 'text'] as const)('computes what PyTorch computes (anchor: %s)', (anchor) => {
    const agpr = build({ anchor });
    expectReference(readFixture(import.meta.url, `agpr-${anchor}`), agpr, (input) => {
      const take = <T extends tf.Tensor>(kind: string) =>
        forModalities(MODALITIES, (modality) => input(`${kind}.${modality}`) as T);
      const mask = take<tf.Tensor2D>('mask');
      const output = agpr.forward({ shared: take('shared'), private: take('private'), mask }, INFERENCE);
      return {
        ...byName(output),
        preservation: anchorPreservation(output, mask),
        leakage: antiLeakage(output, mask),
        cost: borrowCost(output, mask),
      };
    });
  });

  it('starts by borrowing less than 5 %, the same from everyone', () => {
    const { borrow } = build().forward(partsOf(), INFERENCE);
    const start = 0.3 / (1 + Math.exp(2));
    expect(start).toBeLessThan(0.05);
    expectClose(borrow, tf.sub(1, tf.eye(3)).mul(start).expandDims(0).tile([2, 1, 1]));
  });

  it.each<Partial<AnchorGuidedOptions>>([{ borrow: 'none' }, { maxBorrow: 0 }])(
    'equals no routing bit for bit with %o',
    (options) => {
      const parts = partsOf();
      const output = build(options).forward(parts, INFERENCE);
      for (const modality of MODALITIES) {
        expectClose(valueFor(output.private, modality), valueFor(parts.private, modality), {
          relative: 0,
          absolute: 0,
        });
      }
      expect(number(output.borrow.abs().sum())).toBe(0);
      expect(number(anchorPreservation(output, parts.mask))).toBeLessThan(1e-6);
    },
  );

  it('has no weights where it borrows nothing', () => {
    expect(parameters(build({ borrow: 'none' })).size).toBe(0);
    expect(parameters(build({ modalities: ['text'] })).size).toBe(0);
    expect([...parameters(build({ borrow: 'uncontrolled' })).keys()].filter((path) => path.startsWith('gate'))).toEqual(
      [],
    );
  });

  it('lets nothing flow from or into an absent modality', () => {
    const agpr = build();
    const { shared, private: own, mask } = partsOf();
    const masks = {
      ...mask,
      audio: tf.tensor2d([
        [0, 0, 0, 0, 0],
        [1, 1, 1, 1, 1],
      ]),
    };
    const textOf = (audio: tf.Tensor3D) => agpr.forward({ shared, private: { ...own, audio }, mask: masks }, INFERENCE);
    const gradient = tf.grad((audio: tf.Tensor) => {
      const { private: enriched, borrow } = textOf(audio as tf.Tensor3D);
      return tf.addN([valueFor(enriched, 'text').square().sum(), valueFor(enriched, 'vision').sum(), borrow.sum()]);
    })(valueFor(own, 'audio'));
    const [absent, present] = tf.unstack(gradient.abs().sum([1, 2]));
    expect(number(absent!)).toBe(0);
    expect(number(present!)).toBeGreaterThan(0);

    const { borrow, private: enriched } = textOf(valueFor(own, 'audio'));
    const [first] = borrow.arraySync();
    expect(first![1]).toEqual([0, 0, 0]);
    expect(first!.map((row) => row[1])).toEqual([0, 0, 0]);
    expect(first![0]![2]).toBeGreaterThan(0);
    const added = valueFor(enriched, 'audio').sub(valueFor(own, 'audio')).abs().sum([1, 2]).arraySync() as number[];
    expect(added[0]).toBe(0);
    expect(added[1]).toBeGreaterThan(0);
  });

  it('borrows only what is new: nothing along the anchor or the pooled shared part, in training too', () => {
    const parts = partsOf();
    const training = { training: true, rng: new Rng(3) } as const;
    const output = build({ borrow: 'uncontrolled', dropoutRate: 0.3 }).forward(parts, training);
    for (const modality of MODALITIES) {
      const added = valueFor(output.private, modality).sub(valueFor(parts.private, modality));
      expect(number(added.abs().max())).toBeGreaterThan(0.01);
      for (const known of [valueFor(output.anchors, modality), valueFor(output.sharedPooled, modality)]) {
        expect(number(added.mul(known.expandDims(1)).sum(-1).abs().max())).toBeLessThan(1e-6);
      }
    }
  });

  it('borrows the same from a loud and a silent anchor: zero directions remove nothing', () => {
    const { private: own, mask } = partsOf();
    const silent = mapModalities(own, (x) => tf.zerosLike(x));
    const agpr = build({ borrow: 'uncontrolled' });
    const withoutShared = agpr.forward({ shared: {}, private: own, mask }, INFERENCE);
    const silentShared = agpr.forward({ shared: silent, private: own, mask }, INFERENCE);
    for (const modality of MODALITIES) {
      expectClose(valueFor(silentShared.private, modality), valueFor(withoutShared.private, modality), {
        relative: 1e-6,
      });
    }
    expect(withoutShared.sharedPooled).toEqual({});
    expect(number(antiLeakage(withoutShared, mask))).toBe(0);
  });

  it('drops channels of what is borrowed in training alone', () => {
    const run = (dropoutRate: number, seed: number) =>
      build({ borrow: 'uncontrolled', dropoutRate }).forward(partsOf(), { training: true, rng: new Rng(seed) });
    const still = build({ borrow: 'uncontrolled' }).forward(partsOf(), INFERENCE);
    const changed = (a: typeof still, b: typeof still) =>
      number(valueFor(a.private, 'audio').sub(valueFor(b.private, 'audio')).abs().max());
    expect(changed(run(0, 3), still)).toBe(0);
    expect(changed(run(0.5, 3), still)).toBeGreaterThan(0.01);
    expect(changed(run(0.5, 3), run(0.5, 4))).toBeGreaterThan(0.01);
  });

  it('takes the profile of the anchor modality as the anchor of all', () => {
    const { anchors, profiles } = build({ anchor: 'vision' }).forward(partsOf(), INFERENCE);
    for (const modality of MODALITIES) expectClose(valueFor(anchors, modality), valueFor(profiles, 'vision'));
    expect(() => build({ anchor: 'vision', modalities: ['text', 'audio'] })).toThrow(
      /anchor must be 'pooled' or one of \[text, audio\]: got 'vision'/,
    );
  });

  it('places the gates of fewer modalities among all three', () => {
    const { borrow } = build({ modalities: ['text', 'vision'] }).forward(partsOf(), INFERENCE);
    const start = 0.3 / (1 + Math.exp(2));
    expectClose(borrow.slice([0], [1]), [0, 0, start, 0, 0, 0, start, 0, 0]);
  });

  it('is the same block in whatever order its modalities are named', () => {
    const parts = {
      ...partsOf(['vision', 'audio']),
      mask: {
        ...masksOf(),
        audio: tf.tensor2d([
          [0, 0, 0, 0, 0],
          [1, 1, 1, 1, 1],
        ]),
      },
    };
    const outputs = [['audio', 'vision'] as const, ['vision', 'audio'] as const].map((modalities) =>
      byName(build({ modalities }).forward(parts, INFERENCE)),
    );
    for (const [name, x] of Object.entries(outputs[0]!))
      expectClose(outputs[1]![name]!, x, { relative: 0, absolute: 0 });
  });

  it('refuses what it cannot build or read', () => {
    expect(() => build({ maxBorrow: 1.5 })).toThrow(/maxBorrow must lie in \[0, 1\]: got 1.5/);
    expect(() => build({ numHeads: 3 })).toThrow(/dModel must be divisible by numHeads: got dModel=4, numHeads=3/);
    const parts = partsOf();
    const wide = { ...parts.private, text: tf.zeros<tf.Rank.R3>([2, TIMES.text, DIM + 1]) };
    expect(() => build().forward({ ...parts, private: wide }, INFERENCE)).toThrow(/the tokens of text must have shape/);
  });
});

describe('the terms of routing', () => {
  const there = { text: tf.ones<tf.Rank.R2>([2, 1]), audio: tf.tensor2d([[1], [0]]) };
  const east = tf.tensor2d([
    [1, 0],
    [2, 0],
  ]);
  const north = tf.tensor2d([
    [0, 3],
    [0, 1],
  ]);
  const nothing = tf.tensor2d([
    [1, 0],
    [0, 0],
  ]);

  it('count what has turned away, over what is there', () => {
    const preserved = (text: tf.Tensor2D) =>
      number(anchorPreservation({ pooled: { text, audio: nothing }, profiles: { text: east, audio: nothing } }, there));
    expect(preserved(east)).toBeCloseTo(0, 6);
    expect(preserved(north)).toBeCloseTo(2 / 3, 6);
    expect(preserved(east.neg())).toBeCloseTo(4 / 3, 6);
  });

  it('square the cosine with the shared part, which gets no gradient', () => {
    const leak = (shared: tf.Tensor2D) =>
      antiLeakage({ pooled: { text: east }, sharedPooled: { text: shared } }, there);
    expect(number(leak(east.neg()))).toBeCloseTo(1, 6);
    expect(number(leak(north))).toBe(0);
    expect(
      number(
        tf
          .grad((x) => leak(x as tf.Tensor2D))(east.add(north))
          .abs()
          .sum(),
      ),
    ).toBe(0);
    const other = antiLeakage({ pooled: { text: east }, sharedPooled: { text: east } }, there, { text: north });
    expect(number(other)).toBe(0);
  });

  it('average the gates over the pairs that are there', () => {
    const borrow = tf.stack([
      tf.tensor2d([
        [0, 0.2, 0],
        [0.4, 0, 0],
        [0, 0, 0],
      ]),
      tf.zeros([3, 3]),
    ]) as tf.Tensor3D;
    expect(number(borrowCost({ borrow }, there))).toBeCloseTo(0.3, 6);
    expect(number(borrowCost({ borrow: tf.zeros([2, 3, 3]) }, { text: there.text }))).toBe(0);
  });
});
