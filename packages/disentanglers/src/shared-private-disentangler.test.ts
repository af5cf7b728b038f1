import * as tf from '@tensorflow/tfjs';
import {
  type ForwardContext,
  forModalities,
  INFERENCE,
  MODALITIES,
  type Modality,
  mapModalities,
  type PerModality,
  parameters,
  Rng,
  type Tokens,
  valueFor,
} from '@trimodal/core';
import {
  byName,
  checkComponent,
  DIM,
  expectClose,
  expectReference,
  masksOf,
  presentOf,
  readFixture,
  tokenShapes,
  tokensOf,
} from '@trimodal/testing';
import { describe, expect, it } from 'vitest';
import { SharedPrivateDisentangler, type SharedPrivateOptions } from './shared-private-disentangler';
import { cycleTerm, orthogonalityTerm, reconstructionTerm, sharedAlignmentTerm } from './shared-private-terms';

const TRAINING: ForwardContext = { training: true, rng: new Rng(3) };
const present = presentOf(MODALITIES);
const build = (options: Partial<SharedPrivateOptions> = {}, rng = new Rng(1)) =>
  new SharedPrivateDisentangler({ dModel: DIM, numHeads: 2, numLayers: 2, hiddenDim: 6, ...options }, rng);

function inputsOf(available: readonly Modality[] = MODALITIES, mask = masksOf(available)): PerModality<Tokens> {
  return mapModalities(tokensOf(1, available), (tokens, modality) => ({ tokens, mask: valueFor(mask, modality) }));
}

describe('SharedPrivateDisentangler', () => {
  it.each(['transformer', 'mlp'] as const)('keeps the contract of a component (%s)', (encoder) => {
    checkComponent({
      build: (rng) => build({ encoder }, rng),
      run: (module, available, ctx) => {
        const { mask: _, ...output } = module.forward(inputsOf(available), presentOf(available), ctx);
        return byName(output);
      },
      shapes: tokenShapes('shared', 'private', 'reconstructed'),
    });
  });

  it.each(['transformer', 'mlp'] as const)('computes what PyTorch computes (%s)', (encoder) => {
    const module = build({ encoder, dropoutRate: 0 });
    expectReference(readFixture(import.meta.url, `shared-private-${encoder}`), module, (input) => {
      const tokens = forModalities(MODALITIES, (modality) => ({
        tokens: input(modality) as tf.Tensor3D,
        mask: input(`mask.${modality}`) as tf.Tensor2D,
      }));
      const output = module.forward(tokens, present, TRAINING);
      const { mask: _, ...parts } = output;
      return {
        ...byName(parts),
        reconstruction: reconstructionTerm(output, tokens),
        cycle: cycleTerm(output),
        orthogonality: orthogonalityTerm(output),
        alignment: sharedAlignmentTerm(output),
      };
    });
  });

  it('encodes modalities of one length in one batch, as it would each alone', () => {
    const module = build();
    const equal = { text: tokensOf(1).text!, audio: tokensOf(2).text!, vision: tokensOf(3).vision! };
    const masks = {
      text: tf.tensor2d([
        [1, 1, 0],
        [1, 1, 1],
      ]),
      audio: tf.tensor2d([
        [0, 0, 0],
        [1, 0, 1],
      ]),
      vision: tf.ones<tf.Rank.R2>([2, 2]),
    };
    const joint = module.forward(
      mapModalities(equal, (tokens, m) => ({ tokens, mask: masks[m] })),
      present,
      INFERENCE,
    );
    for (const modality of MODALITIES) {
      const alone = build({ modalities: [modality] });
      const own = { tokens: equal[modality], mask: masks[modality] };
      const { shared } = alone.forward({ [modality]: own }, present, INFERENCE);
      expectClose(valueFor(joint.shared, modality), valueFor(shared, modality), { relative: 1e-5 });
    }
  });

  it('shares one encoder and keeps the others apart', () => {
    const module = build();
    const same = tokensOf(1).text!;
    const mask = tf.ones<tf.Rank.R2>([2, 3]);
    const { shared, private: own } = module.forward(
      forModalities(MODALITIES, () => ({ tokens: same, mask })),
      present,
      INFERENCE,
    );
    expectClose(valueFor(shared, 'text'), valueFor(shared, 'vision'), { relative: 1e-6 });
    expect(valueFor(own, 'text').sub(valueFor(own, 'vision')).abs().max().dataSync()[0]).toBeGreaterThan(0.1);
  });

  it('decodes twice in training alone', () => {
    const module = build();
    expect(module.forward(inputsOf(), present, INFERENCE).cycled).toBeUndefined();
    expect(Object.keys(module.forward(inputsOf(), present, TRAINING).cycled!)).toEqual([...MODALITIES]);
  });

  it.each(['transformer', 'mlp'] as const)('drops in training alone (%s)', (encoder) => {
    const run = (dropoutRate: number, seed: number) =>
      build({ encoder, dropoutRate }).forward(inputsOf(), present, { training: true, rng: new Rng(seed) });
    const still = build({ encoder }).forward(inputsOf(), present, INFERENCE);
    for (const kind of ['shared', 'private'] as const) {
      const changed = (a: typeof still, b: typeof still) =>
        valueFor(a[kind], 'audio').sub(valueFor(b[kind], 'audio')).abs().max().dataSync()[0]!;
      expect(changed(run(0, 3), still)).toBe(0);
      expect(changed(run(0.5, 3), still)).toBeGreaterThan(0.01);
      expect(changed(run(0.5, 3), run(0.5, 4))).toBeGreaterThan(0.01);
    }
  });

  it('reads no token that is not there, and gives 0 for it', () => {
    const module = build({ dropoutRate: 0 });
    const mask = {
      ...masksOf(),
      text: tf.tensor2d([
        [1, 0, 1],
        [1, 1, 0],
      ]),
    };
    const clean = inputsOf(MODALITIES, mask);
    const noise = tf.sub(1, mask.text).mul(10).expandDims(-1);
    const loud = { ...clean, text: { tokens: clean.text!.tokens.add<tf.Tensor3D>(noise), mask: mask.text } };
    const a = module.forward(clean, present, TRAINING);
    const b = module.forward(loud, present, TRAINING);
    for (const kind of ['shared', 'private', 'reconstructed', 'cycled'] as const) {
      const [x, y] = [valueFor(a[kind]!, 'text'), valueFor(b[kind]!, 'text')];
      expectClose(x, y, { relative: 1e-6 });
      expect(y.mul(tf.sub(1, mask.text).expandDims(-1)).abs().sum().dataSync()[0]).toBe(0);
    }
  });

  it('refuses tokens and masks of other shapes', () => {
    const wide = {
      ...inputsOf(),
      text: { tokens: tf.zeros<tf.Rank.R3>([2, 3, DIM + 1]), mask: tf.ones<tf.Rank.R2>([2, 3]) },
    };
    expect(() => build().forward(wide, present, INFERENCE)).toThrow(
      /Cannot split shared and private parts as the tokens of text must have shape \[\?, \?, 4\]: got \[2, 3, 5\]/,
    );
    const short = { ...inputsOf(), text: { tokens: tokensOf(1).text!, mask: tf.ones<tf.Rank.R2>([2, 4]) } };
    expect(() => build().forward(short, present, INFERENCE)).toThrow(/the mask of text/);
    expect(() => build({ numHeads: 3 })).toThrow(/numHeads/);
  });

  it('has the weights of its parts only, whatever modalities it serves', () => {
    const all = parameters(build());
    const some = parameters(build({ modalities: ['audio'] }));
    expect([...some.keys()]).toEqual([...all.keys()].filter((path) => !/text|vision/.test(path)));
    for (const [path, weight] of some) expectClose(weight, all.get(path)!, { relative: 0, absolute: 0 });
  });
});
