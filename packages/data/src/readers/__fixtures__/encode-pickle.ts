/** Writes pickles for tests: protocol 4, plain values and arrays. The reader is checked against Python's own in the fixtures. */

/** An array to be written: numpy's type code, shape and contents. */
export class ArrayToWrite {
  constructor(
    readonly shape: readonly number[],
    readonly data: Float32Array | Float64Array | Int32Array | Uint8Array,
  ) {}
}

export type Writable = null | boolean | number | string | ArrayToWrite | readonly Writable[] | { readonly [key: string]: Writable };

export function floats(shape: readonly number[], valueAt: (index: number) => number): ArrayToWrite {
  const count = shape.reduce((product, size) => product * size, 1);
  return new ArrayToWrite(shape, Float32Array.from({ length: count }, (_, i) => valueAt(i)));
}

export function encodePickle(value: Writable): Buffer {
  return Buffer.concat([Buffer.from([0x80, 4]), encode(value), Buffer.from('.')]);
}

/** What stands before and after the contents of an array, so that these may be a hole in a file. */
export function arrayEnds(
  shape: readonly number[],
  code: string,
  byteLength: number,
  order: 'C' | 'F' = 'C',
): [head: Buffer, tail: Buffer] {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(byteLength));
  const head = [
    Buffer.from('cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85C\x01b\x87R(K\x01', 'latin1'),
    Buffer.from('('),
    ...shape.map((size) => encode(size)),
    Buffer.from('tcnumpy\ndtype\n'),
    encode(code),
    Buffer.from('\x89\x88\x87R(K\x03', 'latin1'),
    encode('<'),
    Buffer.from('NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb', 'latin1'),
    Buffer.from([order === 'F' ? 0x88 : 0x89, 0x8e]),
    length,
  ];
  return [Buffer.concat(head), Buffer.from('tb')];
}

function encode(value: Writable): Buffer {
  if (value === null) return Buffer.from('N');
  if (typeof value === 'boolean') return Buffer.from([value ? 0x88 : 0x89]);
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(Number.isInteger(value) ? 5 : 9);
    if (Number.isInteger(value)) bytes.writeInt32LE(value, 1);
    else bytes.writeDoubleBE(value, 1);
    bytes.write(Number.isInteger(value) ? 'J' : 'G');
    return bytes;
  }
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    const head = Buffer.from([0x58, 0, 0, 0, 0]);
    head.writeUInt32LE(text.length, 1);
    return Buffer.concat([head, text]);
  }
  if (value instanceof ArrayToWrite) {
    const { shape, data } = value;
    const kind = data instanceof Float32Array || data instanceof Float64Array ? 'f' : data instanceof Int32Array ? 'i' : 'u';
    const [head, tail] = arrayEnds(shape, `${kind}${data.BYTES_PER_ELEMENT}`, data.byteLength);
    return Buffer.concat([head, Buffer.from(data.buffer, data.byteOffset, data.byteLength), tail]);
  }
  if (Array.isArray(value)) return Buffer.concat([Buffer.from(']('), ...value.map(encode), Buffer.from('e')]);
  const items = Object.entries(value).map(([key, item]) => Buffer.concat([encode(key), encode(item)]));
  return Buffer.concat([Buffer.from('}('), ...items, Buffer.from('u')]);
}
