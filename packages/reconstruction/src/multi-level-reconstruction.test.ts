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
import { checkComponent, DIM, expectClose, expectReference, readFixture } from '@trimodal/testing';
import { describe, expect, it } from 'vitest';
import { IN_DIMS, number, STEPS, viewsOf } from './__fixtures__/views';
import { MultiLevelReconstruction, type MultiLevelReconstructionOptions } from './multi-level-reconstruction';
import type { View } from './views';

const build = (options: Partial<MultiLevelReconstructionOptions> = {}, rng = new Rng(1)) =>
  new MultiLevelReconstruction({ dModel: DIM, inDims: IN_DIMS, times: STEPS, hiddenDim: 6, ...options }, rng);
const LEVELS = ['feature', 'input', 'representation', 'cross'] as const;
const none = { feature: false, input: false, representation: false, cross: false };
const shapes = { feature: [], input: [], representation: [], cross: [] };

/** The parts with the tokens of one modality replaced in one slot. */
function replace(view: View, slot: 'shared' | 'private', modality: Modality, x: tf.Tensor): View {
  return { ...view, parts: { ...view.parts, [slot]: { ...view.parts[slot], [modality]: x } } };
}

describe('MultiLevelReconstruction', () => {
  it('keeps the contract of a component, whatever the masked view lacks', () => {
    checkComponent({
      build: (rng) => build({ dropoutRate: 0.2 }, rng),
      run: (module, available, ctx) => ({ ...module.forward(viewsOf(available), ctx) }),
      shapes,
    });
  });

  it('keeps it where both views lack modalities', () => {
    checkComponent({
      build: (rng) => build({}, rng),
      run: (module, available, ctx) => ({ ...module.forward(viewsOf(available, available), ctx) }),
      shapes,
    });
  });

  it.each(LEVELS)('has a term and weights of the level %s alone where it alone is on', (level) => {
    const options = { levels: { ...none, [level]: true } };
    checkComponent({
      build: (rng) => build(options, rng),
      run: (module, available, ctx) => ({ ...module.forward(viewsOf(available), ctx) }),
      shapes: { [level]: [] },
    });
    const alone = build(options);
    const terms = alone.forward(viewsOf(['text', 'audio']), INFERENCE);
    expect(Object.keys(terms)).toEqual([level]);
    // the other levels change nothing
    const together = build().forward(viewsOf(['text', 'audio']), INFERENCE);
    expect(number(terms[level]!)).toBe(number(together[level]!));
  });

  it.each(['pooled', 'aligned'])('computes what PyTorch computes (tokens of modalities %s)', (name) => {
    const module = build();
    expectReference(readFixture(import.meta.url, `levels-${name}`), module, (input) => {
      const take = <T extends tf.Tensor>(kind: string) =>
        forModalities(MODALITIES, (modality) => input(`${kind}.${modality}`) as T);
      const partsOf = (view: string) => ({
        private: take<tf.Tensor3D>(`${view}.private`),
        shared: take<tf.Tensor3D>(`${view}.shared`),
        mask: take<tf.Tensor2D>(`${view}.mask`),
      });
      const [seen, clean] = [partsOf('seen'), partsOf('clean')];
      const tokens = mapModalities(take<tf.Tensor3D>('clean.tokens'), (x, modality) => ({
        tokens: x,
        mask: valueFor(clean.mask, modality),
      }));
      const features = take<tf.Tensor3D>('features');
      const present = tf.ones<tf.Rank.R2>([3, 3]);
      const views = {
        masked: { tokens: {}, parts: seen },
        clean: { tokens, parts: clean },
        maskedInputs: { features, mask: take<tf.Tensor2D>('seen.steps.mask'), present },
        cleanInputs: { features, mask: take<tf.Tensor2D>('clean.steps.mask'), present },
      };
      return { ...module.forward(views, INFERENCE) };
    });
  });

  it('sends no gradient into the clean tokens, and on the representation level alone into the clean parts', () => {
    const views = viewsOf(['text', 'audio']);
    const text = valueFor(views.clean.tokens, 'text');
    for (const level of LEVELS) {
      const module = build({ levels: { ...none, [level]: true } });
      const size = (f: (x: tf.Tensor) => View) => {
        const loss = (x: tf.Tensor) => module.forward({ ...views, clean: f(x) }, INFERENCE)[level]!;
        return number(
          tf
            .grad((x) => loss(x).add(x.sum().mul(0)))(text.tokens)
            .abs()
            .sum(),
        );
      };
      const intoTokens = size((x) => ({
        ...views.clean,
        tokens: { ...views.clean.tokens, text: { ...text, tokens: x as tf.Tensor3D } },
      }));
      const intoParts = size((x) => replace(views.clean, 'shared', 'text', x));
      expect(intoTokens).toBe(0);
      expect(intoParts > 0).toBe(level === 'representation');
    }
  });

  it('gives nothing to do for a modality that the clean view lacks', () => {
    const views = viewsOf(['text', 'audio', 'vision'], ['text', 'audio']);
    const module = build();
    const gradient = tf.grad((x) => {
      const masked = replace(views.masked, 'private', 'vision', x);
      return tf.addN(Object.values(module.forward({ ...views, masked }, INFERENCE)));
    })(valueFor(views.masked.parts.private, 'vision'));
    expect(number(gradient.abs().sum())).toBe(0);
  });

  it('decodes a modality that the masked view alone lacks from the shared parts of others, on the level cross alone', () => {
    const views = viewsOf(['text', 'audio']);
    const module = build();
    const { grads } = tf.variableGrads(() => tf.addN(Object.values(module.forward(views, INFERENCE))) as tf.Scalar);
    const weights = parameters(module);
    const moved = (path: string) => number(grads[weights.get(path)!.name]!.abs().sum()) > 0;
    expect(moved('decoders.vision.mlp.outProj.weight')).toBe(true);
    expect(moved('inputDecoders.vision.outProj.weight')).toBe(false);
    expect(moved('representation.private.vision.inProj.weight')).toBe(false);
    const without = build({ levels: { cross: false } });
    const others = tf.variableGrads(() => tf.addN(Object.values(without.forward(views, INFERENCE))) as tf.Scalar);
    const vision = parameters(without).get('decoders.vision.mlp.outProj.weight')!;
    expect(number(others.grads[vision.name]!.abs().sum())).toBe(0);
  });

  it.each(['shared', 'private'] as const)('decodes and compares the %s parts where there are no others', (slot) => {
    const other = slot === 'shared' ? 'private' : 'shared';
    const { masked, clean, ...inputs } = viewsOf(MODALITIES);
    const bare = ({ tokens, parts }: View): View => ({ tokens, parts: { ...parts, [other]: {} } });
    checkComponent({
      build: (rng) => build({ slots: [slot], levels: { cross: false } }, rng),
      run: (module, _, ctx) => ({ ...module.forward({ masked: bare(masked), clean: bare(clean), ...inputs }, ctx) }),
      shapes: { feature: [], input: [], representation: [] },
      subsets: false,
    });
    const paths = [...parameters(build({ slots: [slot], levels: { cross: false } })).keys()];
    expect(paths.some((path) => path.startsWith(`representation.${slot}`))).toBe(true);
    expect(paths.some((path) => path.startsWith(`representation.${other}`))).toBe(false);
  });

  it('has no other modality to borrow from where there is but one', () => {
    const terms = build({ modalities: ['audio'] }).forward(viewsOf(MODALITIES), INFERENCE);
    expect(number(terms.cross!)).toBe(0);
    expect(number(terms.feature!)).toBeGreaterThan(0);
  });

  it('is the same in every weight that an ablation leaves', () => {
    const all = parameters(build());
    for (const [path, weight] of parameters(build({ levels: { feature: false, input: false } }))) {
      expectClose(weight, all.get(path)!, { relative: 0, absolute: 0 });
    }
  });

  it('says what is wrong', () => {
    expect(() => build({ slots: ['private'] })).toThrow(
      new RangeError(
        "Cannot build MultiLevelReconstruction as slots must hold 'shared' and 'private' for the level cross: got [private].",
      ),
    );
    expect(() => build({ slots: [], levels: none })).toThrow(/slots must hold 'shared' or 'private': got \[\]/);
    expect(() => build({ times: { text: 3 } })).toThrow(/Cannot take the value of audio/);
    const views = viewsOf(MODALITIES);
    const short = { ...views.maskedInputs, mask: { ...views.maskedInputs.mask, text: tf.ones<tf.Rank.R2>([2, 9]) } };
    expect(() => build().forward({ ...views, maskedInputs: short }, INFERENCE)).toThrow(
      /Cannot reconstruct inputs as the mask of text must have shape \[2, 4\]: got \[2, 9\]/,
    );
    expect(() => build({ times: { ...STEPS, text: 5 } }).forward(views, INFERENCE)).toThrow(
      /Cannot reconstruct inputs as the features of text must have shape \[2, 5, 5\]: got \[2, 4, 5\]/,
    );
  });
});
