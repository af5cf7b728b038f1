/** Numbers in a row: an array or a typed array. */
export type Numbers = ArrayLike<number>;

/** Throws unless there is at least one value and each is finite; `what` names the attempt: "compute mae". */
export function checkFinite(what: string, name: string, values: Numbers): void {
  if (values.length === 0) throw new RangeError(`Cannot ${what} as ${name} must have at least one value: got none.`);
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new RangeError(`Cannot ${what} as ${name} must be finite: got ${values[i]} at index ${i}.`);
    }
  }
}

/** Throws unless two rows of numbers are finite and pair up. */
export function checkPaired(what: string, names: readonly [string, string], a: Numbers, b: Numbers): void {
  if (a.length !== b.length) {
    throw new RangeError(
      `Cannot ${what} as ${names[0]} and ${names[1]} must have the same length: got ${a.length} and ${b.length}.`,
    );
  }
  checkFinite(what, names[0], a);
  checkFinite(what, names[1], b);
}

/** Throws unless a score's truth and prediction are finite and pair up. */
export function checkScored(what: string, truth: Numbers, prediction: Numbers): void {
  checkPaired(what, ['truth', 'prediction'], truth, prediction);
}

/** Throws unless `value` is an integer of at least `minimum`. */
export function checkCount(what: string, name: string, value: number, minimum = 1): void {
  if (!Number.isInteger(value) || value < minimum) {
    throw new RangeError(`Cannot ${what} as ${name} must be an integer of at least ${minimum}: got ${value}.`);
  }
}

/** The width of a row-major matrix of `numRows` finite rows. @throws RangeError if the values don't fill them. */
export function checkMatrix(what: string, name: string, values: Numbers, numRows: number): number {
  checkCount(what, 'numRows', numRows);
  checkFinite(what, name, values);
  if (values.length % numRows !== 0) {
    throw new RangeError(`Cannot ${what} as ${name} must fill ${numRows} rows: got ${values.length} values.`);
  }
  return values.length / numRows;
}
