import type { ByteFile } from './byte-file';
import { Malformed } from './errors';
import type { FileCursor } from './file-cursor';

/** Payloads of at least so many bytes stay in the file. */
export const LAZY_BYTES = 4096;

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Bytes, wherever they lie. */
export interface ByteSource {
  /** Whether there can be exactly so many bytes. */
  fits(length: number): boolean;
  /** Fills `out` with the bytes from `start` on. */
  read(start: number, out: Uint8Array): void;
}

/** Bytes in memory. */
export class MemoryBytes implements ByteSource {
  constructor(private readonly bytes: Uint8Array) {}

  fits(length: number): boolean {
    return length === this.bytes.length;
  }

  read(start: number, out: Uint8Array): void {
    out.set(this.bytes.subarray(start, start + out.length));
  }
}

/** A large bytes object: where in the file it lies. */
export class FileBytes implements ByteSource {
  constructor(
    private readonly file: ByteFile,
    readonly offset: number,
    readonly length: number,
  ) {}

  get path(): string {
    return this.file.path;
  }

  fits(length: number): boolean {
    return length === this.length;
  }

  read(start: number, out: Uint8Array): void {
    this.file.read(this.offset + start, out);
  }
}

/** A large text, in UTF-8 in the file. */
export class FileText {
  constructor(readonly utf8: FileBytes) {}

  toString(): string {
    const bytes = new Uint8Array(this.utf8.length);
    this.utf8.read(0, bytes);
    return UTF8.decode(bytes);
  }
}

/**
 * Bytes that Python 3 wrote into a protocol 2 pickle: a text of code points 0..255, in UTF-8.
 * No position can be computed, so the first read decodes them all and keeps them.
 */
export class Latin1Bytes implements ByteSource {
  private decoded: Uint8Array | undefined;

  constructor(private readonly utf8: FileBytes) {}

  fits(length: number): boolean {
    return length <= this.utf8.length && this.utf8.length <= 2 * length;
  }

  read(start: number, out: Uint8Array): void {
    this.decoded ??= this.decode();
    if (start + out.length > this.decoded.length) {
      throw new RangeError(
        `Cannot read the array at byte ${this.utf8.offset} of ${this.utf8.path} as it must have ${start + out.length} bytes: got ${this.decoded.length}.`,
      );
    }
    out.set(this.decoded.subarray(start, start + out.length));
  }

  private decode(): Uint8Array {
    const { path, offset, length } = this.utf8;
    const bytes = new Uint8Array(length);
    this.utf8.read(0, bytes);
    try {
      return decodeLatin1(bytes);
    } catch (cause) {
      throw new RangeError(`Cannot read the array at byte ${offset} of ${path}: ${(cause as Error).message}.`, {
        cause,
      });
    }
  }
}

/**
 * UTF-8 of code points 0..255 -> these as bytes, in place.
 * @throws Malformed if it isn't that.
 */
export function decodeLatin1(bytes: Uint8Array): Uint8Array {
  let count = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte < 0x80) {
      bytes[count++] = byte;
      continue;
    }
    const next = bytes[++i] ?? 0;
    if ((byte !== 0xc2 && byte !== 0xc3) || next >> 6 !== 2) {
      throw new Malformed('bytes written as text must be Latin-1', `0x${byte.toString(16)} at their byte ${i - 1}`);
    }
    bytes[count++] = ((byte & 3) << 6) | (next & 0x3f);
  }
  return bytes.subarray(0, count);
}

/** The next `length` bytes: read if there are few, else passed over. */
export function takeBytes(cursor: FileCursor, length: number): Uint8Array | FileBytes {
  if (length < LAZY_BYTES) return cursor.take(length).slice();
  return new FileBytes(cursor.file, cursor.skip(length), length);
}

/** The next `length` bytes of UTF-8 as text: read if there are few, else passed over. */
export function takeText(cursor: FileCursor, length: number): string | FileText {
  // surrogates, which Python writes as three bytes each, become replacement characters
  if (length < LAZY_BYTES) return UTF8.decode(cursor.take(length));
  return new FileText(new FileBytes(cursor.file, cursor.skip(length), length));
}
