import type * as tf from '@tensorflow/tfjs';
import { checkRate, type ForwardContext } from '@trimodal/core';

export type DropoutOptions = { rate: number };

/**
 * In training, sets elements to 0 with probability `rate` and scales the others by `1 / (1 - rate)`; else the identity.
 *
 * Shapes: any -> the same.
 * Source: Srivastava et al. 2014, "Dropout"; the inverted form. The keep-mask is drawn from `ctx.rng`, none if `rate` is 0.
 * @throws RangeError if `rate` is outside [0, 1].
 * @example new Dropout({ rate: 0.1 }).forward(x, { training: true, rng: new Rng(1) });
 */
export class Dropout {
  readonly rate: number;

  constructor({ rate }: DropoutOptions) {
    checkRate('build Dropout', 'rate', rate);
    this.rate = rate;
  }

  forward<T extends tf.Tensor>(x: T, ctx: ForwardContext): T {
    if (!ctx.training || this.rate === 0) return x;
    const scale = this.rate < 1 ? 1 / (1 - this.rate) : 0;
    return x.mul(ctx.rng.keepMask(x.shape, this.rate).mul(scale)) as T;
  }
}
