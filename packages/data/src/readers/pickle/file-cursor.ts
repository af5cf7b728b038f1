import type { ByteFile } from './byte-file';
import { Malformed } from './errors';

const CHUNK = 65_536;

/** Walks a file from front to back through a small buffer; what is skipped is never read. */
export class FileCursor {
  position = 0;
  private readonly chunk = new Uint8Array(CHUNK);
  private readonly view = new DataView(this.chunk.buffer);
  private chunkStart = 0;
  private chunkEnd = 0;

  constructor(readonly file: ByteFile) {}

  /** The next `count` bytes, at most 65,536 of them, in a view that holds until the next call. */
  take(count: number): Uint8Array {
    const at = this.advance(count);
    return this.chunk.subarray(at, at + count);
  }

  u8(): number {
    return this.chunk[this.advance(1)]!;
  }

  u16(): number {
    return this.view.getUint16(this.advance(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  i32(): number {
    return this.view.getInt32(this.advance(4), true);
  }

  u64(): number {
    return Number(this.view.getBigUint64(this.advance(8), true));
  }

  /** A double, big-endian as pickles have it. */
  f64(): number {
    return this.view.getFloat64(this.advance(8));
  }

  /** The text up to the next line feed, which is passed over. */
  line(maxLength: number): string {
    const codes: number[] = [];
    for (let code = this.u8(); code !== 0x0a; code = this.u8()) {
      if (codes.push(code) > maxLength) {
        throw new Malformed(`a line must end within ${maxLength} bytes`, 'a longer one');
      }
    }
    return String.fromCharCode(...codes);
  }

  /** Passes over `count` bytes and returns where they begin. */
  skip(count: number): number {
    this.require(count);
    const start = this.position;
    this.position += count;
    return start;
  }

  private require(count: number): void {
    const left = this.file.size - this.position;
    if (count > left) {
      throw new Malformed(
        `${count} more bytes must follow from byte ${this.position}`,
        `${left} to the end of the file`,
      );
    }
  }

  /** Moves on by `count` bytes and returns where in the chunk they begin. */
  private advance(count: number): number {
    if (this.position < this.chunkStart || this.position + count > this.chunkEnd) {
      this.require(count);
      const length = Math.min(CHUNK, this.file.size - this.position);
      this.file.read(this.position, this.chunk.subarray(0, length));
      this.chunkStart = this.position;
      this.chunkEnd = this.position + length;
    }
    const at = this.position - this.chunkStart;
    this.position += count;
    return at;
  }
}
