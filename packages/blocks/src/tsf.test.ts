import * as tf from '@tensorflow/tfjs';
import { forModalities, INFERENCE, MODALITIES, mapModalities, parameters, Rng, valueFor } from '@trimodal/core';
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
import { TemporalStructuralFactorization, type TemporalStructuralOptions, temporalStructuralOverlap } from './tsf';

const build = (options: Partial<TemporalStructuralOptions> = {}, rng = new Rng(1)) =>
  new TemporalStructuralFactorization({ dModel: DIM, numHeads: 2, ...options }, rng);

/** Reverses the steps of text. */
const shuffled = <T extends tf.Tensor>(xs: Readonly<Record<string, T>>) => ({
  ...xs,
  text: xs['text']!.reverse(1) as T,
});

describe('TemporalStructuralFactorization', () => {
  it.each(['conv', 'gru'] as const)('keeps the contract of a component (%s)', (temporal) => {
    checkComponent({
      build: (rng) => build({ temporal }, rng),
      run: (tsf, available, ctx) => byName(tsf.forward(tokensOf(1, available), masksOf(available), ctx)),
      shapes: tokenShapes('shared', 'temporal', 'structural', 'gates'),
    });
  });

  it.each(['temporal', 'structural'] as const)('keeps the contract with the %s path alone', (paths) => {
    checkComponent({
      build: (rng) => build({ paths }, rng),
      run: (tsf, available, ctx) => byName(tsf.forward(tokensOf(1, available), masksOf(available), ctx)),
      shapes: tokenShapes('shared', paths, 'gates'),
    });
  });

  it.each(['conv', 'gru'] as const)('computes what PyTorch computes (%s)', (temporal) => {
    const tsf = build({ temporal });
    expectReference(readFixture(import.meta.url, `tsf-${temporal}`), tsf, (input) => {
      const shared = forModalities(MODALITIES, (modality) => input(modality) as tf.Tensor3D);
      const mask = forModalities(MODALITIES, (modality) => input(`mask.${modality}`) as tf.Tensor2D);
      const output = tsf.forward(shared, mask, INFERENCE);
      return { ...byName(output), overlap: temporalStructuralOverlap(output, mask) };
    });
  });

  it('reads order on the temporal path alone: reordered steps reorder S and change T', () => {
    const tsf = build();
    const shared = tokensOf(1);
    const before = tsf.forward(shared, masksOf(), INFERENCE);
    const after = tsf.forward(shuffled(shared), masksOf(), INFERENCE);
    for (const modality of MODALITIES) {
      expectClose(valueFor(shuffled(after.structural), modality), valueFor(before.structural, modality), {
        relative: 1e-5,
      });
    }
    const change = shuffled(after.temporal).text.sub(valueFor(before.temporal, 'text')).abs().max().dataSync()[0]!;
    expect(change).toBeGreaterThan(0.01);
  });

  it('mixes T and S by the gate around the input', () => {
    const shared = tokensOf(1);
    for (const gate of ['learned', 'half'] as const) {
      const { shared: z, temporal, structural, gates } = build({ gate }).forward(shared, masksOf(), INFERENCE);
      const g = valueFor(gates, 'audio');
      const mixed = g.mul(valueFor(temporal, 'audio')).add(tf.sub(1, g).mul(valueFor(structural, 'audio')));
      expectClose(valueFor(z, 'audio'), valueFor(shared, 'audio').add(mixed));
      if (gate === 'half') expectClose(g, tf.fill(g.shape, 0.5));
    }
  });

  it('drops channels of both paths in training alone', () => {
    const run = (dropoutRate: number, seed: number) =>
      build({ dropoutRate }).forward(tokensOf(1), masksOf(), { training: true, rng: new Rng(seed) });
    const still = build().forward(tokensOf(1), masksOf(), INFERENCE);
    for (const path of ['temporal', 'structural'] as const) {
      const changed = (a: typeof still, b: typeof still) =>
        valueFor(a[path], 'audio').sub(valueFor(b[path], 'audio')).abs().max().dataSync()[0]!;
      expect(changed(run(0, 3), still)).toBe(0);
      expect(changed(run(0.5, 3), still)).toBeGreaterThan(0.01);
      expect(changed(run(0.5, 3), run(0.5, 4))).toBeGreaterThan(0.01);
    }
  });

  it('builds only the weights that an ablation needs, the others bit-identical', () => {
    const all = parameters(build());
    for (const [options, prefix] of [
      [{ paths: 'temporal' }, 'temporalPaths.'],
      [{ paths: 'structural' }, 'structuralPath.'],
    ] as const) {
      const some = parameters(build(options));
      expect([...some.keys()]).toEqual([...all.keys()].filter((path) => path.startsWith(prefix)));
      for (const [path, weight] of some) expectClose(weight, all.get(path)!, { relative: 0, absolute: 0 });
    }
    expect([...parameters(build({ gate: 'half' })).keys()]).toEqual(
      [...all.keys()].filter((path) => !path.startsWith('gate.')),
    );
  });

  it('reads no token that is not there', () => {
    const tsf = build();
    const shared = tokensOf(1);
    const mask = {
      ...masksOf(),
      text: tf.tensor2d([
        [1, 1, 0],
        [1, 0, 1],
      ]),
      vision: tf.tensor2d([
        [0, 0],
        [1, 1],
      ]),
    };
    const garbage = mapModalities(
      shared,
      (x, m) => x.add(tf.sub(1, valueFor(mask, m)).mul(1e3).expandDims(-1)) as tf.Tensor3D,
    );
    const clean = byName(tsf.forward(shared, mask, INFERENCE));
    const dirty = byName(tsf.forward(garbage, mask, INFERENCE));
    for (const [name, x] of Object.entries(clean)) expectClose(dirty[name]!, x, { relative: 1e-6 });
    expect(clean['shared.vision']!.slice([0], [1]).abs().sum().dataSync()[0]).toBe(0);
  });

  it('serves a single modality of a single step', () => {
    checkComponent({
      build: (rng) => build({ modalities: ['audio'] }, rng),
      run: (tsf, _, ctx) => {
        const audio = valueFor(tokensOf(1), 'audio').slice([0, 0, 0], [2, 1, DIM]);
        return byName(tsf.forward({ audio }, { audio: tf.ones([2, 1]) }, ctx));
      },
      shapes: { 'shared.audio': [2, 1, DIM], 'gates.audio': [2, 1, DIM] },
      subsets: false,
      // of a single token all attention goes to itself, whatever query and key say
      withoutGradient: ['queryProj.weight', 'queryProj.bias', 'keyProj.weight'].map(
        (path) => `structuralPath.attention.${path}`,
      ),
    });
  });

  it('is the same block in whatever order its modalities are named', () => {
    const outputs = [['text', 'vision'] as const, ['vision', 'text'] as const].map((modalities) =>
      byName(build({ modalities }).forward(tokensOf(1), masksOf(), INFERENCE)),
    );
    for (const [name, x] of Object.entries(outputs[0]!))
      expectClose(outputs[1]![name]!, x, { relative: 0, absolute: 0 });
  });

  it('refuses tokens and masks of other shapes', () => {
    const tsf = build();
    expect(() =>
      tsf.forward({ ...tokensOf(1), text: tf.zeros([2, TIMES.text, DIM + 1]) }, masksOf(), INFERENCE),
    ).toThrow(
      /Cannot factorise time and structure as the tokens of text must have shape \[\?, \?, 4\]: got \[2, 3, 5\]/,
    );
    expect(() => tsf.forward(tokensOf(1), { ...masksOf(), audio: tf.ones([2, 4]) }, INFERENCE)).toThrow(
      /the mask of audio/,
    );
    expect(() => tsf.forward({ text: tf.zeros([2, 3, DIM]) }, masksOf(), INFERENCE)).toThrow(/audio/);
  });
});

describe('temporalStructuralOverlap', () => {
  it('is 1 for parallel paths, 0 for orthogonal ones, over what is there alone', () => {
    const x = tf.tensor3d([
      [
        [1, 0],
        [3, 0],
      ],
      [
        [0, 0],
        [0, 0],
      ],
    ]);
    const y = tf.tensor3d([
      [
        [0, 2],
        [0, 5],
      ],
      [
        [0, 0],
        [0, 0],
      ],
    ]);
    const mask = {
      text: tf.tensor2d([
        [1, 1],
        [0, 0],
      ]),
    };
    const overlap = (a: tf.Tensor3D, b: tf.Tensor3D) =>
      temporalStructuralOverlap({ temporal: { text: a }, structural: { text: b } }, mask).dataSync()[0]!;
    expect(overlap(x, x.mul(-2))).toBeCloseTo(1, 5);
    expect(overlap(x, y)).toBe(0);
  });

  it('is 0 where a path is off', () => {
    const output = build({ paths: 'temporal' }).forward(tokensOf(1), masksOf(), INFERENCE);
    expect(temporalStructuralOverlap(output, masksOf()).dataSync()[0]).toBe(0);
  });
});
