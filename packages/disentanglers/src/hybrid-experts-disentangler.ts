import * as tf from '@tensorflow/tfjs';
import {
  checkShape,
  type Disentangler,
  type ForwardContext,
  forModalities,
  MODALITIES,
  type Modality,
  mapModalities,
  modalitiesOf,
  type Parts,
  type PerModality,
  type Rng,
  type Tokens,
  valueFor,
  valuesOf,
} from '@trimodal/core';
import { Expert, MixtureOfExperts, type Routing } from '@trimodal/experts';

export type HybridExpertsOptions = {
  dModel: number;
  modalities?: readonly Modality[];
  slots?: readonly ('shared' | 'private')[];
  experts?: 'mixture' | 'mlp';
  numPrivateExperts?: number;
  numSharedExperts?: number;
  hiddenDim?: number;
  topK?: number;
  dropoutRate?: number;
};

export type HybridExpertsOutput = Parts & {
  /** What the routers decided, token by token, gates `[b, t_m, k]`; empty records with `experts: 'mlp'`. */
  readonly routing: { readonly shared: PerModality<Routing>; readonly private: PerModality<Routing> };
};

type Bank = MixtureOfExperts | Expert;
type Expressed = { readonly output: tf.Tensor3D; readonly routing?: Routing };

/**
 * Splits the tokens of each modality into a shared and a private part, each a mixture of experts.
 *
 * `P_m = sum_k g^P_mk(h, o_m) E^P_mk(h)`, `S_m = sum_k g^S_k(h, o_m) E^S_k(h)`: a bank of private experts for each modality and one
 * bank of shared experts for all of them; the routers see a token h and the share o_m of its modality's steps that was observed.
 *
 * Shapes: tokens `[b, t_m, d]`, mask `[b, t_m]`, observedShare `[b, 1]` (else the share of the tokens that are there) -> parts
 * `[b, t_m, d]`, 0 at tokens that aren't there.
 * Source: DERL (arXiv 2602.01833) has hybrid experts that adaptively disentangle modalities into orthogonal private and shared
 * spaces; only its abstract is known to us. The soft router is that of MoMKE (Xu et al. 2024); the banks, the form of an expert and
 * what the routers see are ours.
 * @param options.slots Which parts are made; the record of a part that isn't is empty.
 * @param options.experts 'mixture', or 'mlp' for what it is measured against: single experts as wide as the whole bank, without a router.
 * @param options.hiddenDim Width of the hidden layer of one expert, by default `2 dModel`.
 * @param options.topK How many experts of a bank count at a token; by default all of them.
 * @throws RangeError if slots is empty or a size is no positive integer; TypeError or RangeError if tokens or masks have other shapes.
 * @example
 * const disentangler = new HybridExpertsDisentangler({ dModel: 32 }, new Rng(1));
 * const { shared, private: own, routing } = disentangler.forward({ text: { tokens, mask } , audio, vision }, present, INFERENCE);
 */
export class HybridExpertsDisentangler implements Disentangler<HybridExpertsOutput> {
  private readonly dModel: number;
  private readonly modalities: readonly Modality[];
  private readonly sharedExperts: Bank | null;
  private readonly privateExperts: PerModality<Bank>;

  constructor(
    {
      dModel,
      modalities: asked = MODALITIES,
      slots = ['shared', 'private'],
      experts = 'mixture',
      numPrivateExperts = 3,
      numSharedExperts = 3,
      hiddenDim = 2 * dModel,
      topK,
      dropoutRate = 0.1,
    }: HybridExpertsOptions,
    rng: Rng,
  ) {
    const modalities = MODALITIES.filter((modality) => asked.includes(modality)); // in the fixed order
    if (slots.length === 0) {
      throw new RangeError("Cannot build HybridExpertsDisentangler as slots must hold 'shared' or 'private': got [].");
    }
    const bank = (numExperts: number, name: string): Bank => {
      if (experts === 'mlp') {
        return new Expert({ dModel, hiddenDim: numExperts * hiddenDim, dropoutRate }, rng.fork(name));
      }
      const options = { dModel, numExperts, hiddenDim, dropoutRate, extraDim: 1, ...(topK !== undefined && { topK }) };
      return new MixtureOfExperts(options, rng.fork(name));
    };
    this.dModel = dModel;
    this.modalities = modalities;
    this.sharedExperts = slots.includes('shared') ? bank(numSharedExperts, 'sharedExperts') : null;
    this.privateExperts = forModalities(slots.includes('private') ? modalities : [], (modality) =>
      bank(numPrivateExperts, `privateExperts.${modality}`),
    );
  }

  forward(tokens: PerModality<Tokens>, _present: tf.Tensor2D, ctx: ForwardContext): HybridExpertsOutput {
    const own = forModalities(this.modalities, (modality) => this.check(valueFor(tokens, modality), modality));
    const shared = this.sharedExperts ? expressJointly(this.sharedExperts, own, ctx) : {};
    const privatePart = mapModalities(this.privateExperts, (bank, modality) => {
      const { tokens: x, mask, observedShare } = valueFor(own, modality);
      return express(bank, x, mask, observedShare.expandDims(1), ctx);
    });
    return {
      shared: mapModalities(shared, ({ output }) => output),
      private: mapModalities(privatePart, ({ output }) => output),
      mask: mapModalities(own, ({ mask }) => mask),
      routing: { shared: routingOf(shared), private: routingOf(privatePart) },
    };
  }

  private check(own: Tokens, modality: Modality): Required<Tokens> {
    const what = 'split shared and private parts';
    const [batch, time] = own.tokens.shape;
    checkShape(what, `the tokens of ${modality}`, own.tokens, [null, null, this.dModel]);
    checkShape(what, `the mask of ${modality}`, own.mask, [batch, time]);
    const observedShare = own.observedShare ?? own.mask.mean<tf.Tensor2D>(1, true);
    checkShape(what, `the observedShare of ${modality}`, observedShare, [batch, 1]);
    return { ...own, observedShare };
  }
}

/** One bank, one sequence; share `[b, 1, 1]` or `[b, t, 1]`. */
function express(bank: Bank, x: tf.Tensor3D, mask: tf.Tensor2D, share: tf.Tensor3D, ctx: ForwardContext): Expressed {
  if (bank instanceof Expert) return { output: bank.forward(x, ctx).mul(mask.expandDims(-1)) };
  const { output, gates, probabilities } = bank.forward(x, mask, ctx, bank.router ? share : undefined);
  return { output, routing: { gates, probabilities } };
}

/** One bank, the tokens of all modalities as one sequence. */
function expressJointly(bank: Bank, own: PerModality<Required<Tokens>>, ctx: ForwardContext): PerModality<Expressed> {
  const all = valuesOf(own);
  const times = all.map(({ mask }) => mask.shape[1]);
  const shares = all.map(({ observedShare }, i) => observedShare.mul(tf.ones([1, times[i]!])).expandDims(-1)); // b t 1
  const { output, routing } = express(
    bank,
    tf.concat(
      all.map(({ tokens }) => tokens),
      1,
    ),
    tf.concat(
      all.map(({ mask }) => mask),
      1,
    ),
    tf.concat(shares as tf.Tensor3D[], 1),
    ctx,
  );
  // The gradient of a split into one piece throws (TensorFlow.js 4.22).
  const pieces = (x: tf.Tensor3D): tf.Tensor3D[] => (times.length === 1 ? [x] : tf.split(x, times, 1));
  const outputs = pieces(output);
  const gates = routing && pieces(routing.gates);
  const probabilities = routing && (routing.probabilities === routing.gates ? gates : pieces(routing.probabilities));
  const modalities = modalitiesOf(own);
  return mapModalities(own, (_, modality) => {
    const i = modalities.indexOf(modality);
    if (!gates || !probabilities) return { output: outputs[i]! };
    return { output: outputs[i]!, routing: { gates: gates[i]!, probabilities: probabilities[i]! } };
  });
}

function routingOf(expressed: PerModality<Expressed>): PerModality<Routing> {
  const routed = modalitiesOf(expressed).filter((modality) => expressed[modality]?.routing);
  return forModalities(routed, (modality) => valueFor(expressed, modality).routing!);
}
