import * as tf from '@tensorflow/tfjs';
import {
  forModalities,
  INFERENCE,
  MODALITIES,
  type Modality,
  mapModalities,
  modalitiesOf,
  type PerModality,
  parameters,
  Rng,
  type Tokens,
  valueFor,
} from '@trimodal/core';
import type { Routing } from '@trimodal/experts';
import {
  byName,
  checkComponent,
  DIM,
  expectClose,
  expectReference,
  masksOf,
  presentOf,
  readFixture,
  TIMES,
  tokenShapes,
  tokensOf,
} from '@trimodal/testing';
import { describe, expect, it } from 'vitest';
import {
  HybridExpertsDisentangler,
  type HybridExpertsOptions,
  type HybridExpertsOutput,
} from './hybrid-experts-disentangler';
import { expertBalance, expertOrthogonality } from './hybrid-experts-terms';

const present = presentOf(MODALITIES);
const build = (options: Partial<HybridExpertsOptions> = {}, rng = new Rng(1)) =>
  new HybridExpertsDisentangler({ dModel: DIM, hiddenDim: 6, ...options }, rng);

function inputsOf(available: readonly Modality[] = MODALITIES): PerModality<Tokens> {
  const mask = masksOf(available);
  return mapModalities(tokensOf(1, available), (tokens, modality) => ({ tokens, mask: valueFor(mask, modality) }));
}

const gatesOf = (routing: PerModality<Routing>) => mapModalities(routing, ({ gates }) => gates);
const named = ({ shared, private: own, routing }: HybridExpertsOutput) => ({
  ...byName({ shared, private: own }),
  ...byName({ 'gates.shared': gatesOf(routing.shared), 'gates.private': gatesOf(routing.private) }),
});
const largest = (x: tf.Tensor) => x.abs().max().dataSync()[0]!;

const variants = [
  ['mixture', {}],
  ['top-2', { topK: 2 }],
  ['mlp', { experts: 'mlp' }],
] as const satisfies [string, Partial<HybridExpertsOptions>][];

describe('HybridExpertsDisentangler', () => {
  it.each(variants)('keeps the contract of a component (%s)', (name, options) => {
    const gates = { 'gates.shared.audio': [2, TIMES.audio, 3], 'gates.private.text': [2, TIMES.text, 3] };
    checkComponent({
      build: (rng) => build(options, rng),
      run: (module, available, ctx) => named(module.forward(inputsOf(available), presentOf(available), ctx)),
      shapes: { ...tokenShapes('shared', 'private'), ...(name === 'mlp' ? {} : gates) },
    });
  });

  it.each(variants)('computes what PyTorch computes, its terms too (%s)', (name, options) => {
    const module = build({ dropoutRate: 0, ...options });
    expectReference(readFixture(import.meta.url, `hybrid-experts-${name}`), module, (input) => {
      const tokens = forModalities(MODALITIES, (modality) => ({
        tokens: input(modality) as tf.Tensor3D,
        mask: input(`mask.${modality}`) as tf.Tensor2D,
        observedShare: input(`share.${modality}`) as tf.Tensor2D,
      }));
      const output = module.forward(tokens, present, { training: true, rng: new Rng(3) });
      return { ...named(output), orthogonality: expertOrthogonality(output), balance: expertBalance(output) };
    });
  });

  it('lets routers see how much of a modality was observed; tokens alone say so where nothing else does', () => {
    const module = build();
    const given = (share: number) =>
      mapModalities(inputsOf(), (each) => ({ ...each, observedShare: tf.fill<tf.Rank.R2>([2, 1], share) }));
    const all = module.forward(inputsOf(), present, INFERENCE);
    const observed = module.forward(given(1), present, INFERENCE);
    const hardly = module.forward(given(0.1), present, INFERENCE);
    for (const modality of MODALITIES) {
      for (const kind of ['shared', 'private'] as const) {
        expectClose(valueFor(observed[kind], modality), valueFor(all[kind], modality));
        expect(largest(valueFor(hardly[kind], modality).sub(valueFor(all[kind], modality)))).toBeGreaterThan(1e-4);
      }
    }
  });

  it('has one shared bank, a private bank a modality', () => {
    const module = build({ dropoutRate: 0 });
    const text = valueFor(inputsOf(), 'text');
    const output = module.forward({ text, audio: text, vision: text }, present, INFERENCE);
    expectClose(valueFor(output.shared, 'text'), valueFor(output.shared, 'vision'));
    expect(largest(valueFor(output.private, 'text').sub(valueFor(output.private, 'vision')))).toBeGreaterThan(1e-2);
  });

  it('without routers has as many weights in its experts', () => {
    const count = (module: object) => {
      const sizes = [...parameters(module)].filter(([path]) => !/router|[bB]ias/.test(path)).map(([, v]) => v.size);
      return sizes.reduce((a, b) => a + b);
    };
    expect(count(build({ experts: 'mlp' }))).toBe(count(build()));
    const output = build({ experts: 'mlp' }).forward(inputsOf(), present, INFERENCE);
    expect(output.routing).toEqual({ shared: {}, private: {} });
    expect(expertBalance(output).dataSync()[0]).toBe(0);
  });

  it('makes the parts that are asked for, and the same ones', () => {
    const both = build().forward(inputsOf(), present, INFERENCE);
    const own = build({ slots: ['private'], modalities: ['vision', 'text'] });
    expect([...parameters(own).keys()].some((path) => path.startsWith('shared'))).toBe(false);
    const output = own.forward(inputsOf(), present, INFERENCE);
    expect(output.shared).toEqual({});
    expect(modalitiesOf(output.private)).toEqual(['text', 'vision']);
    expectClose(valueFor(output.private, 'vision'), valueFor(both.private, 'vision'));
    const shared = build({ slots: ['shared'] }).forward(inputsOf(), present, INFERENCE);
    expect(shared.private).toEqual({});
    expectClose(valueFor(shared.shared, 'vision'), valueFor(both.shared, 'vision'));
  });

  it('keeps the contract with a single modality and single experts', () => {
    checkComponent({
      build: (rng) => build({ modalities: ['audio'], numSharedExperts: 1, numPrivateExperts: 2 }, rng),
      run: (module, _, ctx) => named(module.forward(inputsOf(), present, ctx)),
      shapes: { 'shared.audio': [2, TIMES.audio, DIM], 'gates.shared.audio': [2, TIMES.audio, 1] },
      subsets: false,
    });
  });

  it('says what is wrong', () => {
    expect(() => build({ slots: [] })).toThrow(/slots must hold 'shared' or 'private': got \[\]/);
    expect(() => build({ topK: 4 })).toThrow(/topK must be an integer from 1 to numExperts=3: got 4/);
    const text = { tokens: tf.zeros<tf.Rank.R3>([2, 3, DIM + 1]), mask: tf.ones<tf.Rank.R2>([2, 3]) };
    expect(() => build().forward({ ...inputsOf(), text }, present, INFERENCE)).toThrow(
      /Cannot split shared and private parts as the tokens of text must have shape \[\?, \?, 4\]: got \[2, 3, 5\]/,
    );
  });
});
