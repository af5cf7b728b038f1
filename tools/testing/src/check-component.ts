import * as tf from '@tensorflow/tfjs';
import {
  decodeSafetensors,
  encodeSafetensors,
  type ForwardContext,
  INFERENCE,
  MODALITIES,
  type Modality,
  parameters,
  Rng,
} from '@trimodal/core';
import { expectClose } from './expect-close';

/** The seven non-empty subsets of the modalities. */
export const MODALITY_SUBSETS: readonly (readonly Modality[])[] = Array.from({ length: 7 }, (_, i) =>
  MODALITIES.filter((_, bit) => (i + 1) & (1 << bit)),
);

export type ComponentCase<M extends object> = {
  /** Builds the component from a seed. */
  readonly build: (rng: Rng) => M;
  /**
   * Runs it on inputs of which only `available` are there (zeros and mask 0 elsewhere) and returns every output by name.
   * Must create its inputs inside and be deterministic but for `ctx`.
   */
  readonly run: (module: M, available: readonly Modality[], ctx: ForwardContext) => Readonly<Record<string, tf.Tensor>>;
  /** The shape of each output. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Paths of parameters that get no gradient by design, with the reason in a comment beside. */
  readonly withoutGradient?: readonly string[];
  /** Runs over subsets of modalities; false for a component of one modality. */
  readonly subsets?: boolean;
};

/**
 * The contract of every component: output shapes; same seed, same output; inference ignores randomness; every parameter
 * gets a finite, non-zero gradient; finite outputs and gradients for all 7 subsets; no tensor leaked; save, load, same output.
 */
export function checkComponent<M extends object>(test: ComponentCase<M>): void {
  const module = test.build(new Rng(7));
  const variables = parameters(module);
  const outputs = (m: M, available: readonly Modality[] = MODALITIES, ctx: ForwardContext = INFERENCE) =>
    tf.tidy(() => Object.fromEntries(Object.entries(test.run(m, available, ctx)).map(([k, v]) => [k, v.dataSync()])));
  const training = (seed: number): ForwardContext => ({ training: true, rng: new Rng(seed) });
  perturb(variables);

  tf.tidy(() => {
    const got = test.run(module, MODALITIES, INFERENCE);
    for (const [name, shape] of Object.entries(test.shapes)) {
      const actual = got[name]?.shape;
      if (JSON.stringify(actual) !== JSON.stringify(shape))
        throw new Error(`${name}: shape [${actual}], not [${shape}]`);
    }
  });

  const again = test.build(new Rng(7));
  perturb(parameters(again));
  same('the same seed builds the same component', outputs(module), outputs(again));
  same('inference is deterministic', outputs(module), outputs(module));
  same(
    'one training seed gives one output',
    outputs(module, MODALITIES, training(3)),
    outputs(module, MODALITIES, training(3)),
  );

  for (const available of test.subsets === false ? [MODALITIES] : MODALITY_SUBSETS) {
    const before = tf.memory().numTensors;
    const gradients = gradientsOf(test, module, available);
    for (const [path, gradient] of gradients) {
      if (!gradient.every(Number.isFinite)) throw new Error(`${path}: gradient not finite with [${available}]`);
    }
    for (const [name, value] of Object.entries(outputs(module, available))) {
      if (!value.every(Number.isFinite)) throw new Error(`${name}: output not finite with [${available}]`);
    }
    if (tf.memory().numTensors !== before) throw new Error(`leaked ${tf.memory().numTensors - before} tensors`);
    if (available.length === MODALITIES.length) checkEveryGradient(variables, gradients, test.withoutGradient ?? []);
  }

  const stored = new Map(
    [...variables].map(([path, v]) => [path, { shape: v.shape, data: v.dataSync() as Float32Array }]),
  );
  const loaded = decodeSafetensors(encodeSafetensors(stored)).tensors;
  const other = test.build(new Rng(8));
  for (const [path, variable] of parameters(other)) {
    tf.tidy(() => variable.assign(tf.tensor(loaded.get(path)!.data, variable.shape)));
  }
  same('a loaded component equals the saved one', outputs(module), outputs(other));
  for (const m of [module, again, other]) for (const variable of parameters(m).values()) variable.dispose();
}

/** Moves every weight a little, so that gradients which vanish only at an initial 0 show. */
function perturb(variables: ReadonlyMap<string, tf.Variable>): void {
  const rng = new Rng(99);
  for (const [path, variable] of variables) {
    const stream = rng.fork(path);
    const noise = Float32Array.from({ length: variable.size }, () => 0.1 * stream.normal());
    tf.tidy(() => variable.assign(variable.add(tf.tensor(noise, variable.shape))));
  }
}

/** Gradients of a random projection of all outputs, so that no symmetry hides a missing path. */
function gradientsOf<M extends object>(
  test: ComponentCase<M>,
  module: M,
  available: readonly Modality[],
): Map<string, Float32Array> {
  const variables = parameters(module);
  if (variables.size === 0) return new Map();
  const gradients = new Map<string, Float32Array>();
  tf.tidy(() => {
    const loss = () => {
      const terms = Object.entries(test.run(module, available, { training: true, rng: new Rng(5) })).map(
        ([name, output]) => {
          const stream = new Rng(11).fork(name);
          const weights = Float32Array.from({ length: output.size }, () => stream.normal());
          return output.mul(tf.tensor(weights, output.shape)).sum();
        },
      );
      return tf.addN(terms) as tf.Scalar;
    };
    const { grads } = tf.variableGrads(loss, [...variables.values()]);
    for (const [path, variable] of variables) {
      gradients.set(path, (grads[variable.name]?.dataSync() ?? new Float32Array()) as Float32Array);
    }
  });
  return gradients;
}

function checkEveryGradient(
  variables: ReadonlyMap<string, tf.Variable>,
  gradients: ReadonlyMap<string, Float32Array>,
  without: readonly string[],
): void {
  for (const path of variables.keys()) {
    const moves = gradients.get(path)!.some((value) => value !== 0);
    if (moves === without.includes(path)) throw new Error(`${path}: ${moves ? 'got a' : 'got no'} gradient`);
  }
}

function same(claim: string, a: Record<string, ArrayLike<number>>, b: Record<string, ArrayLike<number>>): void {
  for (const name of Object.keys(a)) {
    try {
      expectClose(a[name]!, b[name]!, { relative: 0, absolute: 0 });
    } catch (cause) {
      throw new Error(`${claim}: ${name} differs`, { cause });
    }
  }
}
