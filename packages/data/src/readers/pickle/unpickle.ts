import type { ByteFile } from './byte-file';
import { Forbidden, Malformed, PickleError, PickleGlobalError } from './errors';
import { FileCursor } from './file-cursor';
import { PickleMachine } from './machine';
import { OPCODES, opcodeName, PROTO, STOP } from './opcodes';
import { type PickleValue, printable } from './values';

/**
 * Reads a pickle of protocol 2 to 5 without running anything: each opcode is a case of this reader, and the only classes and functions
 * that may be named are those that numpy arrays, sets and ordered dicts need. Long payloads are passed over and stay in the file.
 *
 * Source: the opcode descriptions of CPython's `pickletools`.
 * @throws PickleError if the file is no such pickle, damaged or cut short; PickleGlobalError if it names anything else.
 */
export function unpickle(file: ByteFile): PickleValue {
  const cursor = new FileCursor(file);
  const machine = new PickleMachine(cursor);
  let start = 0;
  let code = PROTO;
  try {
    code = cursor.u8();
    if (code !== PROTO) throw new Malformed('a pickle of protocol 2 to 5 must begin with byte 0x80', hex(code));
    for (cursor.position = 0; ; ) {
      start = cursor.position;
      code = cursor.u8();
      if (code === STOP) return machine.finish();
      const opcode = OPCODES[code];
      if (opcode === undefined) throw new Malformed('only opcodes of plain data are read', opcodeName(code));
      opcode.run(machine);
    }
  } catch (cause) {
    throw explain(cause, file.path, start, code);
  }
}

function explain(cause: unknown, path: string, start: number, code: number): Error {
  if (cause instanceof Forbidden) {
    const name = printable(cause.globalName);
    return new PickleGlobalError(
      `Cannot read pickle ${path} as only numpy arrays, sets and ordered dicts are allowed: got ${name} at byte ${start}; nothing of it was run.`,
      path,
      start,
      name,
    );
  }
  const where = `in ${opcodeName(code)} at byte ${start}`;
  if (cause instanceof Malformed) {
    return new PickleError(
      `Cannot read pickle ${path} as ${cause.requirement}: got ${cause.got}, ${where}.`,
      path,
      start,
    );
  }
  const problem = cause instanceof Error ? cause.message : `${cause}`;
  return new PickleError(`Cannot read pickle ${path} ${where}: ${problem}`, path, start, { cause });
}

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`;
}
