import { Malformed } from './errors';
import { type ByteSource, decodeLatin1, FileBytes, FileText, Latin1Bytes, MemoryBytes } from './payload';
import { PickledArray, PickledType } from './pickled-array';

/** A class or function that a pickle names; it is never called, only known by name. */
export class PickledGlobal {
  constructor(readonly name: string) {}

  toString(): string {
    return this.name;
  }
}

/**
 * What a pickle holds. Lists and tuples are arrays, dicts are maps (keys that are bytes become texts), long bytes and texts stay in the file.
 * Python 2's `str` is bytes.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | FileText
  | Uint8Array
  | FileBytes
  | Latin1Bytes
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | Set<PickleValue>
  | PickledArray
  | PickledType
  | PickledGlobal;

/** The text of a value that is text or bytes (UTF-8, else Latin-1); undefined if it is neither. */
export function textOf(value: PickleValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (value instanceof FileText) return value.toString();
  const bytes = value instanceof FileBytes ? wholeOf(value) : value;
  if (!(bytes instanceof Uint8Array)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  }
}

/** A value that is bytes, for reading; undefined if it isn't. */
export function byteSourceOf(value: PickleValue | undefined): ByteSource | undefined {
  if (value instanceof Uint8Array) return new MemoryBytes(value);
  return value instanceof FileBytes || value instanceof Latin1Bytes ? value : undefined;
}

/** A text of code points 0..255 as bytes; undefined if the value is no text. */
export function latin1BytesOf(value: PickleValue | undefined): Uint8Array | Latin1Bytes | undefined {
  if (value instanceof FileText) return new Latin1Bytes(value.utf8);
  return typeof value === 'string' ? decodeLatin1(new TextEncoder().encode(value)) : undefined;
}

/** What a value is, in a few words, for errors. */
export function describeValue(value: PickleValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'None';
  if (typeof value === 'string')
    return value.length > 60 ? `a text of ${value.length} characters` : `'${printable(value)}'`;
  if (typeof value === 'bigint') return value > -(2n ** 64n) && value < 2n ** 64n ? `${value}` : 'a huge integer';
  if (typeof value !== 'object') return `${value}`;
  if (Array.isArray(value)) {
    const isShort = value.length > 0 && value.length < 10 && value.every((item) => typeof item === 'number');
    return isShort ? `(${value.join(', ')})` : `a list of ${value.length}`;
  }
  if (value instanceof Map) return `a dict of ${value.size}`;
  if (value instanceof Set) return `a set of ${value.size}`;
  if (value instanceof PickledArray || value instanceof PickledGlobal) return `${value}`;
  if (value instanceof PickledType) return `dtype ${value.element.kind}${value.element.size}`;
  if (value instanceof FileText || value instanceof Latin1Bytes) return 'a long text';
  return `${value.length} bytes`;
}

/** A text that may hold anything, fit to be shown in a terminal. */
export function printable(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
  return name.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?').slice(0, 200);
}

/** The error of a value that isn't what it must be. */
export function wrongValue(requirement: string, value: PickleValue | undefined): Malformed {
  return new Malformed(requirement, describeValue(value));
}

/** A list or tuple; `what` names it in the error. */
export function listOf(value: PickleValue | undefined, what: string): PickleValue[] {
  if (!Array.isArray(value)) throw wrongValue(`${what} must be a list or tuple`, value);
  return value;
}

function wholeOf(bytes: FileBytes): Uint8Array {
  const all = new Uint8Array(bytes.length);
  bytes.read(0, all);
  return all;
}
