import { endianness } from 'node:os';

/** What an element of a numpy array is: its kind letter (`b i u f S U O ...`), size in bytes and byte order. */
export type ElementType = { readonly kind: string; readonly size: number; readonly bigEndian: boolean };

/** Numbers as they come out of bytes, before they are converted to what the caller asked for. */
type DecodedNumbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

const WORDS: Readonly<Record<string, string>> = { f: 'float', i: 'int', u: 'uint', c: 'complex' };
const HOST_IS_BIG_ENDIAN = endianness() === 'BE';

/** Reads numpy's code of an element type, such as `f4`, `<i8`, `U13` or `O8`; undefined if it isn't one. */
export function parseElementType(code: string): ElementType | undefined {
  const match = /^([<>|=]?)([a-zA-Z])(\d{0,9})$/.exec(code);
  if (!match) return undefined;
  const [, order, kind, digits] = match as unknown as [string, string, string, string];
  const size = Number(digits) * (kind === 'U' ? 4 : 1);
  return { kind, size, bigEndian: order === '>' };
}

/** The name that numpy prints: `float32`, `int64`, `bool`, `str`, `bytes`, `object`. */
export function elementTypeName({ kind, size }: ElementType): string {
  const word = WORDS[kind];
  if (word !== undefined) return `${word}${8 * size}`;
  return { b: 'bool', S: 'bytes', U: 'str', O: 'object' }[kind] ?? `${kind}${size}`;
}

export function isNumeric({ kind, size }: ElementType): boolean {
  if (kind === 'f') return size === 2 || size === 4 || size === 8;
  if (kind === 'i' || kind === 'u') return size === 1 || size === 2 || size === 4 || size === 8;
  return kind === 'b' && size === 1;
}

/** Whether the bytes in the file are those of a Float32Array here. */
export function isPlainFloat32({ kind, size, bigEndian }: ElementType): boolean {
  return kind === 'f' && size === 4 && bigEndian === HOST_IS_BIG_ENDIAN;
}

/** Reverses the bytes of each element where their order isn't this machine's. */
export function toHostOrder(bytes: Uint8Array, { kind, size, bigEndian }: ElementType): void {
  if (bigEndian === HOST_IS_BIG_ENDIAN) return;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = kind === 'U' ? 4 : size;
  if (width === 2) buffer.swap16();
  else if (width === 4) buffer.swap32();
  else if (width === 8) buffer.swap64();
}

/** The numbers in `bytes`, which are changed; they must begin at a multiple of 8 in their buffer. */
export function decodeNumbers(bytes: Uint8Array<ArrayBuffer>, type: ElementType): DecodedNumbers {
  toHostOrder(bytes, type);
  const { buffer, byteOffset, byteLength } = bytes;
  const { kind, size } = type;
  const count = byteLength / size;
  if (kind === 'b') return bytes;
  if (kind === 'f') {
    if (size === 4) return new Float32Array(buffer, byteOffset, count);
    if (size === 8) return new Float64Array(buffer, byteOffset, count);
    return Float32Array.from(new Uint16Array(buffer, byteOffset, count), halfToNumber);
  }
  const signed = kind === 'i';
  if (size === 1) return signed ? new Int8Array(buffer, byteOffset, count) : bytes;
  if (size === 2) return new (signed ? Int16Array : Uint16Array)(buffer, byteOffset, count);
  if (size === 4) return new (signed ? Int32Array : Uint32Array)(buffer, byteOffset, count);
  return Float64Array.from(new (signed ? BigInt64Array : BigUint64Array)(buffer, byteOffset, count), Number);
}

/** IEEE 754 binary16, as its bits, to a number. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A fixed-length text of code points (UCS-4, host order), without the zeros at its end. */
export function decodeUcs4(points: Uint32Array): string {
  let end = points.length;
  while (end > 0 && points[end - 1] === 0) end--;
  let text = '';
  for (let i = 0; i < end; i++) text += String.fromCodePoint(points[i]! > 0x10ffff ? 0xfffd : points[i]!);
  return text;
}
