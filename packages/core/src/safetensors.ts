/** A named array as safetensors stores it; `data` is a view, in little-endian order. */
export type StoredTensor = {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
};

type Header = Record<string, unknown> & { __metadata__?: Record<string, string> };

const DTYPES = { F32: Float32Array, I32: Int32Array, U8: Uint8Array } as const;

function dtypeOf(data: StoredTensor['data']): keyof typeof DTYPES {
  if (data instanceof Float32Array) return 'F32';
  return data instanceof Int32Array ? 'I32' : 'U8';
}

/**
 * Writes named arrays in the safetensors format: header length (u64), JSON header, raw little-endian data.
 *
 * Source: the format description of huggingface/safetensors.
 * @param metadata Strings kept in the header.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    const start = end;
    end += data.byteLength;
    header[name] = { dtype: dtypeOf(data), shape, data_offsets: [start, end] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded + end).fill(0x20, 8, 8 + padded);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  let offset = 8 + padded;
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return bytes;
}

/**
 * Reads what `encodeSafetensors` or any other writer of the format wrote (F32, I32 and U8).
 * @throws RangeError if the bytes are damaged: it names what is wrong and where.
 */
export function decodeSafetensors(bytes: Uint8Array): {
  tensors: Map<string, StoredTensor>;
  metadata: Record<string, string>;
} {
  const fail = (problem: string): never => {
    throw new RangeError(`Cannot read safetensors as ${problem}.`);
  };
  if (bytes.length < 8) fail(`a file has at least 8 bytes: got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dataStart = 8 + Number(view.getBigUint64(0, true));
  if (dataStart > bytes.length) fail(`the header must end within the file: ends at ${dataStart} of ${bytes.length}`);
  let header: Header;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, dataStart)));
  } catch (cause) {
    throw new RangeError('Cannot read safetensors as the header (from byte 8) must be JSON.', { cause });
  }
  if (!isRecord(header)) fail(`the header (from byte 8) must be an object: got ${JSON.stringify(header)}`);
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(entries)) {
    const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
    const ArrayType = Object.hasOwn(DTYPES, String(dtype))
      ? DTYPES[dtype as keyof typeof DTYPES]
      : fail(`${name} must be F32, I32 or U8: got ${dtype}`);
    if (!isSizes(shape)) return fail(`${name} must have a shape of sizes: got ${JSON.stringify(shape)}`);
    if (!isSizes(offsets) || offsets.length !== 2) {
      return fail(`${name} must have data_offsets of a start and an end: got ${JSON.stringify(offsets)}`);
    }
    const [start, end] = offsets as [number, number];
    const length = shape.reduce((product, size) => product * size, 1) * ArrayType.BYTES_PER_ELEMENT;
    if (end - start !== length) fail(`${name} of shape [${shape}] must have ${length} bytes: got ${end - start}`);
    if (dataStart + end > bytes.length) {
      fail(`${name} must end within the file: ends at byte ${dataStart + end} of ${bytes.length}`);
    }
    // a copy, as the offset may not be a multiple of the element size; not `slice`, which is a view where bytes is a Buffer
    const raw = new Uint8Array(bytes.subarray(dataStart + start, dataStart + end));
    tensors.set(name, { shape, data: new ArrayType(raw.buffer) });
  }
  return { tensors, metadata };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
