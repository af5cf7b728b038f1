import type { Tensor } from '@tensorflow/tfjs';

/** Throws unless `value` is an integer of at least 1. `what` names the attempt: "build Linear". */
export function checkPositiveInteger(what: string, name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(`Cannot ${what} as ${name} must be a positive integer: got ${value}.`);
  }
}

/** Throws unless `value` lies in [0, 1]. */
export function checkRate(what: string, name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) {
    throw new RangeError(`Cannot ${what} as ${name} must lie in [0, 1]: got ${value}.`);
  }
}

/**
 * Throws unless a tensor has the shape asked for; `null` matches any size.
 * @throws TypeError for a wrong rank, RangeError for a wrong size.
 * @example checkShape('fuse', 'present', present, [null, 3]);
 */
export function checkShape(what: string, name: string, tensor: Tensor, shape: readonly (number | null)[]): void {
  const wanted = `[${shape.map((size) => size ?? '?').join(', ')}]`;
  const got = `[${tensor.shape.join(', ')}]`;
  if (tensor.rank !== shape.length) {
    throw new TypeError(`Cannot ${what} as ${name} must have rank ${shape.length}, shape ${wanted}: got ${got}.`);
  }
  if (shape.some((size, axis) => size !== null && size !== tensor.shape[axis])) {
    throw new RangeError(`Cannot ${what} as ${name} must have shape ${wanted}: got ${got}.`);
  }
}
