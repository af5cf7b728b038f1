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
import type { Mlp } from '@trimodal/layers';
import { l1Loss } from '@trimodal/losses';
import {
  byName,
  checkComponent,
  DIM,
  expectClose,
  expectReference,
  masksOf,
  presentOf,
  readFixture,
  tokensOf,
} from '@trimodal/testing';
import { describe, expect, it } from 'vitest';
import { HomoHeteroDisentangler, type HomoHeteroOptions, type HomoHeteroOutput } from './homo-hetero-disentangler';
import {
  crossReconstructionTerm,
  deRedundancyTerm,
  heterogeneityTerm,
  homogeneityTerm,
  noiseTerm,
  ownReconstructionTerm,
  sufficiencyTerm,
} from './homo-hetero-terms';

const TRAINING: ForwardContext = { training: true, rng: new Rng(3) };
const OUT = 5;
const labels = tf.tensor1d([0.7, -1.2]);
const weights = tf.tensor1d([1, 1]);
const build = (options: Partial<HomoHeteroOptions> = {}, rng = new Rng(1)) =>
  new HomoHeteroDisentangler({ dModel: DIM, outDim: 1, hiddenDim: 6, ...options }, rng);

function inputsOf(available: readonly Modality[] = MODALITIES): PerModality<Tokens> {
  const mask = masksOf(available);
  return mapModalities(tokensOf(1, available), (tokens, modality) => ({ tokens, mask: valueFor(mask, modality) }));
}

/** Every output by name; `{ decoded: { text } }` and `{ crossDecoded: { text: { audio } } }` alike. */
function flat({ crossDecoded, ...output }: HomoHeteroOutput): Record<string, tf.Tensor> {
  return {
    ...byName(output),
    ...Object.assign(
      {},
      ...Object.entries(crossDecoded).map(([m, others]) => byName({ [`crossDecoded.${m}`]: others })),
    ),
  };
}

const shapesOf = (name: string, shape: readonly number[]) =>
  Object.fromEntries(MODALITIES.map((modality) => [`${name}.${modality}`, shape]));

/** The largest gradient, by size, of `f` with respect to each weight whose path has `part` in it; 0 where there is none. */
function gradients(module: object, part: string, f: () => tf.Scalar): Record<string, tf.Tensor> {
  const chosen = [...parameters(module)].filter(([path]) => path.includes(part));
  // every weight takes part, with a gradient of 0 if f doesn't read it
  const idle = () => tf.addN(chosen.map(([, x]) => x.sum().mul(0)));
  const { grads } = tf.variableGrads(
    () => f().add(idle()),
    chosen.map(([, x]) => x),
  );
  return Object.fromEntries(chosen.map(([path, x]) => [path, grads[x.name]!]));
}
const largest = (record: Record<string, tf.Tensor>) =>
  Math.max(...Object.values(record).map((x) => x.abs().max().dataSync()[0]!));

describe('HomoHeteroDisentangler', () => {
  it.each([true, false])('keeps the contract of a component (noise %s)', (noise) => {
    checkComponent({
      build: (rng) => build({ outDim: OUT, noise }, rng),
      run: (module, available, ctx) => {
        const {
          mask: _,
          observed: __,
          partsPresent: ___,
          ...output
        } = module.forward(inputsOf(available), presentOf(available), ctx);
        return flat({ ...output, mask: {}, observed: {}, partsPresent: tf.zeros([2, 3]) });
      },
      shapes: {
        ...shapesOf('shared', [2, 1, DIM]),
        ...shapesOf('private', [2, 1, DIM]),
        ...shapesOf('decoded', [2, DIM]),
        ...shapesOf('modalityLogits', [2, 3]),
        ...shapesOf('sharedPrediction', [2, OUT]),
        ...shapesOf('privatePrediction', [2, OUT]),
        ...(noise ? { ...shapesOf('noise', [2, DIM]), ...shapesOf('noisePrediction', [2, OUT]) } : {}),
        'crossDecoded.text.vision': [2, DIM],
        'crossDecoded.vision.audio': [2, DIM],
      },
      // read where a modality is absent; here all are there
      withoutGradient: MODALITIES.map((modality) => `absentTokens.${modality}`),
    });
  });

  it('computes what PyTorch computes', () => {
    const module = build({ dropoutRate: 0 });
    expectReference(readFixture(import.meta.url, 'homo-hetero'), module, (input) => {
      const tokens = forModalities(MODALITIES, (modality) => ({
        tokens: input(modality) as tf.Tensor3D,
        mask: input(`mask.${modality}`) as tf.Tensor2D,
      }));
      const seen = tf.concat(
        MODALITIES.map((modality) => tokens[modality]!.mask.max<tf.Tensor2D>(1, true)),
        1,
      );
      const output = module.forward(tokens, seen, TRAINING);
      const [truth, real] = [input('mask.labels') as tf.Tensor1D, input('mask.samples') as tf.Tensor1D];
      return {
        ...flat(output),
        homogeneity: homogeneityTerm(output),
        'homogeneity.cmd': homogeneityTerm(output, { distance: 'cmd' }),
        heterogeneity: heterogeneityTerm(output, { independence: 0.5 }),
        deRedundancy: deRedundancyTerm(output),
        'noise.term': noiseTerm(output, truth, real, l1Loss, { capacity: 0.3 }),
        sufficiency: sufficiencyTerm(output, truth, real, l1Loss),
        'reconstruction.own': ownReconstructionTerm(output),
        'reconstruction.cross': crossReconstructionTerm(output),
      };
    });
  });

  it('fills in what is absent: the mean of the others, and a learned token', () => {
    const module = build();
    const inputs = inputsOf(['text', 'vision']);
    const {
      shared,
      private: own,
      mask,
      observed,
      partsPresent,
    } = module.forward(inputs, presentOf(['text', 'vision']), INFERENCE);
    expectClose(shared.audio!, shared.text!.add(shared.vision!).div(2));
    const token = parameters(module).get('absentTokens.audio')!;
    expectClose(own.audio!, tf.tile(token.expandDims(0), [2, 1, 1]));
    expect([...observed.audio!.dataSync(), ...observed.text!.dataSync()]).toEqual([0, 0, 1, 1]);
    expect([...mask.audio!.dataSync()]).toEqual([1, 1]);
    expect([...partsPresent.dataSync()]).toEqual([1, 1, 1, 1, 1, 1]);
    const found = gradients(module, 'absentTokens', () =>
      module
        .forward(inputs, presentOf(['text', 'vision']), INFERENCE)
        .private.audio!.square()
        .sum(),
    );
    expect(largest({ audio: found['absentTokens.audio']! })).toBeGreaterThan(0);
    expect(largest({ text: found['absentTokens.text']! })).toBe(0);
  });

  it('leaves it 0 and masked if asked, and has then no token to learn', () => {
    const module = build({ recoverAbsent: false });
    const output = module.forward(inputsOf(['audio']), presentOf(['audio']), INFERENCE);
    for (const part of [output.shared.text!, output.private.text!, output.mask.text!]) {
      expect(part.abs().max().dataSync()[0]).toBe(0);
    }
    expect([...output.partsPresent.dataSync()]).toEqual([0, 1, 0, 0, 1, 0]);
    expect([...parameters(module).keys()].filter((path) => path.includes('absent'))).toEqual([]);
    const recovering = build().forward(inputsOf(['audio']), presentOf(['audio']), INFERENCE);
    expectClose(output.shared.audio!, recovering.shared.audio!, { relative: 0, absolute: 0 });
  });

  it('gives a sample of nothing, such as padding, parts of 0 that nothing may read', () => {
    const { shared, private: own, mask, partsPresent } = build().forward(inputsOf([]), presentOf([]), INFERENCE);
    for (const part of [shared.text!, own.vision!, mask.audio!, partsPresent]) {
      expect(part.abs().max().dataSync()[0]).toBe(0);
    }
  });

  it('reads a modality only where it is present and has a step', () => {
    const inputs = inputsOf();
    const none = { ...inputs, text: { tokens: inputs.text!.tokens, mask: tf.zeros<tf.Rank.R2>([2, 3]) } };
    const run = (tokens: PerModality<Tokens>, available: readonly Modality[]) =>
      flat(build().forward(tokens, presentOf(available), INFERENCE));
    const a = run(none, MODALITIES);
    const b = run(inputs, ['audio', 'vision']);
    for (const name of Object.keys(a)) if (name !== 'pooled.text') expectClose(a[name]!, b[name]!, { relative: 0 });
  });

  it('shares one encoder and keeps the others apart', () => {
    const same = { tokens: tokensOf(1).text!, mask: tf.ones<tf.Rank.R2>([2, 3]) };
    const output = build().forward({ text: same, audio: same, vision: same }, presentOf(MODALITIES), INFERENCE);
    expectClose(output.shared.text!, output.shared.vision!, { relative: 1e-6 });
    for (const part of [output.private, output.noise] as PerModality<tf.Tensor>[]) {
      expect(part.text!.sub(part.vision!).abs().max().dataSync()[0]).toBeGreaterThan(0.05);
    }
  });

  it('lets no noise reach what a fusion reads, nor its constraints the tokens', () => {
    const module = build({ dropoutRate: 0 });
    const forward = () => module.forward(inputsOf(), presentOf(MODALITIES), TRAINING);
    const read = gradients(module, 'noise', () => {
      const { shared, private: own } = forward();
      return tf.addN([...Object.values(shared), ...Object.values(own)].map((x) => x.square().sum())) as tf.Scalar;
    });
    expect(Object.keys(read).length).toBe(3 * 8); // an encoder and a head of two layers a modality
    expect(largest(read)).toBe(0);
    expect(largest(gradients(module, 'noise', () => forward().noise.text!.square().sum()))).toBeGreaterThan(0);
    const intoTokens = tf.grad((x) => {
      const inputs = inputsOf();
      const text = { tokens: x as tf.Tensor3D, mask: inputs.text!.mask };
      const output = module.forward({ ...inputs, text }, presentOf(MODALITIES), TRAINING);
      return noiseTerm(output, labels, weights, l1Loss);
    })(tokensOf(1).text!);
    expect(intoTokens.abs().max().dataSync()[0]).toBe(0);
  });

  it('turns the gradient of the label round between the head on the noise and its encoder', () => {
    const module = build({ dropoutRate: 0 });
    const term = (noisePrediction: (output: HomoHeteroOutput) => PerModality<tf.Tensor2D>) => () => {
      const output = module.forward(inputsOf(), presentOf(MODALITIES), TRAINING);
      return noiseTerm({ ...output, noisePrediction: noisePrediction(output) }, labels, weights, l1Loss, {
        capacity: 0,
      });
    };
    // the same head without the reversal
    const { noiseHeads } = module as unknown as { noiseHeads: PerModality<{ forward: typeof Mlp.prototype.forward }> };
    const plain = ({ noise }: HomoHeteroOutput) =>
      mapModalities(noise, (x, modality) => valueFor(noiseHeads, modality).forward(x, INFERENCE));
    const own = (output: HomoHeteroOutput) => output.noisePrediction;
    for (const [part, sign] of [
      ['noiseEncoders', -1],
      ['noiseHeads', 1],
    ] as const) {
      const [turned, straight] = [gradients(module, part, term(own)), gradients(module, part, term(plain))];
      expect(largest(straight)).toBeGreaterThan(1e-4);
      for (const [path, gradient] of Object.entries(turned)) expectClose(gradient, straight[path]!.mul(sign));
    }
  });

  it.each([true, false])('works for a single modality (noise %s)', (noise) => {
    const module = build({ modalities: ['audio'], noise });
    const output = module.forward(inputsOf(), presentOf(MODALITIES), TRAINING);
    expect(output.crossDecoded).toEqual({ audio: {} });
    expect([...output.partsPresent.dataSync()]).toEqual([0, 1, 0, 0, 1, 0]);
    const terms = () => [
      ...[homogeneityTerm, heterogeneityTerm, deRedundancyTerm, ownReconstructionTerm, crossReconstructionTerm].map(
        (term) => term(module.forward(inputsOf(), presentOf(MODALITIES), TRAINING)),
      ),
    ];
    const found = gradients(module, '', () => tf.addN(terms()) as tf.Scalar);
    for (const gradient of Object.values(found)) expect([...gradient.dataSync()].every(Number.isFinite)).toBe(true);
  });

  it('has the weights of its parts only, whatever modalities it serves', () => {
    const all = parameters(build());
    const some = parameters(build({ modalities: ['audio'] }));
    expect([...some.keys()]).toEqual([...all.keys()].filter((path) => !/text|vision/.test(path)));
    for (const [path, weight] of some) {
      if (!path.startsWith('modalityHead')) expectClose(weight, all.get(path)!, { relative: 0, absolute: 0 });
    }
    const quiet = parameters(build({ noise: false }));
    expect([...quiet.keys()]).toEqual([...all.keys()].filter((path) => !path.includes('noise')));
  });

  it('drops in training alone', () => {
    const run = (dropoutRate: number, ctx: ForwardContext) =>
      build({ dropoutRate }).forward(inputsOf(), presentOf(MODALITIES), ctx);
    for (const part of ['shared', 'private', 'noise'] as const) {
      const value = (output: HomoHeteroOutput) => valueFor<tf.Tensor>(output[part], 'audio');
      const still = value(run(0.5, INFERENCE));
      expectClose(value(run(0, TRAINING)), still, { relative: 0, absolute: 0 });
      const dropped = value(run(0.5, { training: true, rng: new Rng(3) }));
      expect(dropped.sub(still).abs().max().dataSync()[0]).toBeGreaterThan(0.01);
    }
  });

  it('refuses tokens, masks and sizes of other shapes', () => {
    const run = (tokens: tf.Tensor3D, mask: tf.Tensor2D) => () =>
      build().forward({ ...inputsOf(), text: { tokens, mask } }, presentOf(MODALITIES), INFERENCE);
    expect(run(tf.zeros([2, 3, DIM + 1]), tf.ones([2, 3]))).toThrow(
      /Cannot split homogeneous and heterogeneous parts as the tokens of text must have shape \[\?, \?, 4\]: got \[2, 3, 5\]/,
    );
    expect(run(tf.zeros([2, 3, DIM]), tf.ones([2, 4]))).toThrow(/the mask of text/);
    expect(() => build().forward(inputsOf(), tf.ones([2, 2]), INFERENCE)).toThrow(/present must have shape \[\?, 3\]/);
    expect(() => build({ outDim: 0 })).toThrow('outDim must be a positive integer: got 0');
  });
});
