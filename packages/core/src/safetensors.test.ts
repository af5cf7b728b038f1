import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from './safetensors';

const tensors = new Map<string, StoredTensor>([
  [
    'encoders.text.weight',
    { shape: [2, 3], data: Float32Array.of(1, -0, 1e-38, Number.NaN, Number.POSITIVE_INFINITY, 0.1) },
  ],
  ['step', { shape: [], data: Int32Array.of(-5) }],
  ['mask', { shape: [3], data: Uint8Array.of(0, 1, 255) }],
  ['empty', { shape: [0, 4], data: new Float32Array(0) }],
]);

/** A file with this header, whatever it is, and `length` bytes of data. */
function file(header: unknown, length = 0): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

describe('round trip', () => {
  test('keeps names, order, shapes, types, bits and metadata', () => {
    const { tensors: read, metadata } = decodeSafetensors(encodeSafetensors(tensors, { epoch: '3' }));
    expect([...read.keys()]).toEqual([...tensors.keys()]);
    for (const [name, { shape, data }] of tensors) {
      const got = read.get(name)!;
      expect(got.shape).toEqual(shape);
      expect(got.data.constructor).toBe(data.constructor);
      expect(new Uint8Array(got.data.buffer)).toEqual(new Uint8Array(data.buffer));
    }
    expect(metadata).toEqual({ epoch: '3' });
  });

  test('of any names and floats, from a buffer at any offset', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.float32Array()), fc.nat(9), (arrays, offset) => {
        const names = Object.keys(arrays).filter((name) => name !== '__metadata__' && name !== '__proto__');
        const map = new Map(names.map((name) => [name, { shape: [arrays[name]!.length], data: arrays[name]! }]));
        const bytes = encodeSafetensors(map);
        const shifted = new Uint8Array(bytes.length + offset);
        shifted.set(bytes, offset);
        const { tensors: read } = decodeSafetensors(shifted.subarray(offset));
        for (const name of names) expect(read.get(name)!.data).toEqual(arrays[name]);
      }),
    );
  });

  test('a Buffer, whose slices share memory, is read as well', () => {
    const pooled = Buffer.from(encodeSafetensors(tensors)); // small Buffers lie within a pool of Node's
    const read = decodeSafetensors(pooled).tensors;
    expect(read.get('encoders.text.weight')).toEqual(tensors.get('encoders.text.weight'));
    expect(read.get('step')).toEqual(tensors.get('step'));
  });

  test('data that is a view of a larger buffer is written alone', () => {
    const view = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    const { tensors: read } = decodeSafetensors(encodeSafetensors(new Map([['w', { shape: [2], data: view }]])));
    expect(read.get('w')!.data).toEqual(Float32Array.of(1, 2));
  });
});

test('the bytes are those of the format: u64 length, JSON, data from a multiple of 8', () => {
  const bytes = encodeSafetensors(new Map([['w', { shape: [1], data: Float32Array.of(1) }]]));
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  expect(length % 8).toBe(0);
  expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))).toEqual({
    __metadata__: {},
    w: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
  });
  expect([...bytes.subarray(8 + length)]).toEqual([0, 0, 0x80, 0x3f]);
});

describe('damaged input is refused, and the error says what is wrong', () => {
  const whole = encodeSafetensors(tensors);
  const entry = (fields: object) => ({ w: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...fields } });

  test.each<[string, Uint8Array, RegExp]>([
    ['no bytes', new Uint8Array(0), /at least 8 bytes: got 0/],
    [
      'a header that never ends',
      file('x'.repeat(20)).subarray(0, 20),
      /header must end within the file: ends at 28 of 20/,
    ],
    ['an absurd header length', new Uint8Array(16).fill(255), /header must end within the file/],
    ['a header that is no JSON', file('{"w": '), /header \(from byte 8\) must be JSON/],
    ['a file cut off', whole.subarray(0, whole.length - 1), /mask must end within the file: ends at byte \d+ of \d+/],
    ['a type it does not know', file(entry({ dtype: 'BF16' }), 8), /w must be F32, I32 or U8: got BF16/],
    [
      'offsets that do not fit the shape',
      file(entry({ data_offsets: [0, 4] }), 8),
      /w of shape \[2\] must have 8 bytes: got 4/,
    ],
    ['a header that is no object', file('[1]'), /header \(from byte 8\) must be an object: got \[1\]/],
    ['no header at all', file('null'), /must be an object: got null/],
    ['an entry that is no object', file({ w: null }), /w must be F32, I32 or U8: got undefined/],
    [
      'a type named like a method',
      file(entry({ dtype: 'constructor' }), 8),
      /w must be F32, I32 or U8: got constructor/,
    ],
    ['a shape that is none', file(entry({ shape: 'ab' }), 8), /w must have a shape of sizes: got "ab"/],
    ['a negative size', file(entry({ shape: [-2] }), 8), /w must have a shape of sizes: got \[-2\]/],
    [
      'no offsets',
      file({ w: { dtype: 'F32', shape: [2] } }, 8),
      /w must have data_offsets of a start and an end: got undefined/,
    ],
    [
      'data before the start',
      file(entry({ data_offsets: [-8, 0] }), 8),
      /w must have data_offsets of a start and an end/,
    ],
    ['data beyond the end', file(entry({ data_offsets: [8, 16] }), 8), /w must end within the file/],
  ])('%s', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes)).toThrow(message);
    expect(() => decodeSafetensors(bytes)).toThrow(RangeError);
  });
});
