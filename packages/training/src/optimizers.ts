import type * as tf from '@tensorflow/tfjs';

/** The optimiser's memory: a vector a slot, as long as the flat vector of parameters; all start at zero. */
export type Slots = Readonly<Record<string, tf.Tensor1D>>;

/**
 * An optimiser as pure functions over one flat vector of parameters: a dozen ops eagerly, few nodes compiled.
 *
 * What depends on the learning rate and the step is worked out by `coefficients` in double precision, outside the graph, and enters
 * `update` as tensors: scalars, or `[size]` where parameters differ in the steps they have taken.
 */
export type Optimizer = {
  readonly slots: readonly string[];
  /** @param step Counts from 1, the step about to be taken. */
  coefficients(learningRate: number, step: number): Readonly<Record<string, number>>;
  /** gradient, parameters and slots `[size]` -> new parameters and slots; traceable. */
  update(
    gradient: tf.Tensor1D,
    slots: Slots,
    parameters: tf.Tensor1D,
    coefficients: Readonly<Record<string, tf.Tensor>>,
  ): { readonly parameters: tf.Tensor1D; readonly slots: Slots };
};

export type AdamOptions = { beta1?: number; beta2?: number; epsilon?: number; weightDecay?: number };

/**
 * Adam with decoupled weight decay.
 *
 * `p <- (1 - lr wd) p - lr / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + eps)`, `m`, `v` the running means of `g`, `g^2`.
 *
 * Source: Loshchilov & Hutter 2019, "Decoupled Weight Decay Regularization"; equal to torch.optim.AdamW, defaults included.
 */
export function adamW({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.01 }: AdamOptions = {}): Optimizer {
  const options = { beta1, beta2, epsilon, weightDecay };
  checkAdam(options);
  return {
    slots: ['firstMoment', 'secondMoment'],
    coefficients: (learningRate, step) => ({
      ...adamCoefficients(learningRate, step, options),
      keep: 1 - learningRate * weightDecay,
    }),
    update(gradient, slots, parameters, coefficients) {
      const kept = weightDecay === 0 ? parameters : parameters.mul<tf.Tensor1D>(coefficients['keep']!);
      return adamUpdate(gradient, slots, kept, coefficients, options);
    },
  };
}

/**
 * Adam; weight decay is the gradient of an L2 penalty.
 *
 * Source: Kingma & Ba 2015, "Adam: A Method for Stochastic Optimization"; equal to torch.optim.Adam, defaults included.
 */
export function adam({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 }: AdamOptions = {}): Optimizer {
  const options = { beta1, beta2, epsilon, weightDecay };
  checkAdam(options);
  return {
    slots: ['firstMoment', 'secondMoment'],
    coefficients: (learningRate, step) => adamCoefficients(learningRate, step, options),
    update: (gradient, slots, parameters, coefficients) =>
      adamUpdate(penalised(gradient, parameters, weightDecay), slots, parameters, coefficients, options),
  };
}

/**
 * Gradient descent, with momentum if asked: `u <- momentum u + g`, `p <- p - lr u`.
 *
 * Equal to torch.optim.SGD (no dampening, no Nesterov).
 */
export function sgd({ momentum = 0, weightDecay = 0 }: { momentum?: number; weightDecay?: number } = {}): Optimizer {
  checkUnit('momentum', momentum);
  checkNotNegative('weightDecay', weightDecay);
  return {
    slots: momentum === 0 ? [] : ['velocity'],
    coefficients: (learningRate) => ({ learningRate }),
    update(gradient, slots, parameters, coefficients) {
      const descent = penalised(gradient, parameters, weightDecay);
      const velocity = momentum === 0 ? descent : slots['velocity']!.mul(momentum).add<tf.Tensor1D>(descent);
      return {
        parameters: parameters.sub(velocity.mul(coefficients['learningRate']!)),
        slots: momentum === 0 ? {} : { velocity },
      };
    },
  };
}

/** Bias correction in the order that spares a pass: `a m / (sqrt(v / c^2) + eps) = a c m / (sqrt(v) + c eps)`. */
function adamCoefficients(learningRate: number, step: number, { beta1, beta2, epsilon }: Required<AdamOptions>) {
  const correction = Math.sqrt(1 - beta2 ** step);
  return { stepSize: (learningRate * correction) / (1 - beta1 ** step), epsilon: epsilon * correction };
}

function adamUpdate(
  gradient: tf.Tensor1D,
  slots: Slots,
  parameters: tf.Tensor1D,
  coefficients: Readonly<Record<string, tf.Tensor>>,
  { beta1, beta2 }: Required<AdamOptions>,
) {
  const firstMoment = slots['firstMoment']!.mul(beta1).add<tf.Tensor1D>(gradient.mul(1 - beta1));
  const secondMoment = slots['secondMoment']!.mul(beta2).add<tf.Tensor1D>(gradient.square().mul(1 - beta2));
  const root = secondMoment.sqrt().add(coefficients['epsilon']!);
  return {
    parameters: parameters.sub<tf.Tensor1D>(firstMoment.div(root).mul(coefficients['stepSize']!)),
    slots: { firstMoment, secondMoment },
  };
}

function penalised(gradient: tf.Tensor1D, parameters: tf.Tensor1D, weightDecay: number): tf.Tensor1D {
  return weightDecay === 0 ? gradient : gradient.add(parameters.mul(weightDecay));
}

function checkAdam({ beta1, beta2, epsilon, weightDecay }: Required<AdamOptions>): void {
  checkUnit('beta1', beta1);
  checkUnit('beta2', beta2);
  if (!(epsilon > 0)) throw new RangeError(`Cannot build Adam as epsilon must be positive: got ${epsilon}.`);
  checkNotNegative('weightDecay', weightDecay);
}

function checkUnit(name: string, value: number): void {
  if (!(value >= 0 && value < 1)) {
    throw new RangeError(`Cannot build an optimiser as ${name} must lie in [0, 1): got ${value}.`);
  }
}

function checkNotNegative(name: string, value: number): void {
  if (!(value >= 0 && value < Infinity)) {
    throw new RangeError(`Cannot build an optimiser as ${name} must be a finite number from 0: got ${value}.`);
  }
}
