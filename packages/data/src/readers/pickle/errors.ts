/** A pickle that can't be read: damaged, cut short, or of a form that isn't supported. */
export class PickleError extends Error {
  override readonly name: string = 'PickleError';
  /** @param byteOffset Where in the pickle the opcode lies that failed. */
  constructor(
    message: string,
    readonly file: string,
    readonly byteOffset: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A pickle that asks for a class or function which isn't one of the few that numpy arrays need. Nothing of it was run. */
export class PickleGlobalError extends PickleError {
  override readonly name = 'PickleGlobalError';
  constructor(
    message: string,
    file: string,
    byteOffset: number,
    readonly globalName: string,
  ) {
    super(message, file, byteOffset);
  }
}

/** What is wrong with the bytes at hand; the reader adds file, opcode and offset. */
export class Malformed extends Error {
  constructor(
    readonly requirement: string,
    readonly got: string,
  ) {
    super(`${requirement}: got ${got}`);
  }
}

/** A global that isn't allowed; the reader adds file and offset. */
export class Forbidden extends Error {
  constructor(readonly globalName: string) {
    super(globalName);
  }
}
