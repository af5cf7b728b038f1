import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Node reads fewer than 2^31 bytes in one call. */
const MAX_READ = 2 ** 30;

/** An open file that is read at any position; positions and sizes above 2 GiB included. */
export class ByteFile {
  readonly size: number;
  private open = true;

  /** @param path The name that errors show. */
  constructor(
    readonly path: string,
    private readonly fd: number = openSync(path, 'r'),
    private readonly onClose: () => void = () => {},
  ) {
    this.size = fstatSync(fd).size;
  }

  /**
   * Fills `out` with the bytes from `position` on.
   * @throws Error if the file was closed, RangeError if it has become shorter.
   */
  read(position: number, out: Uint8Array): void {
    this.descriptor();
    let done = 0;
    while (done < out.length) {
      const count = readSync(this.fd, out, done, Math.min(out.length - done, MAX_READ), position + done);
      if (count === 0) {
        throw new RangeError(
          `Cannot read ${this.path} as it must have ${position + out.length} bytes: got ${position + done}; was it changed while open?`,
        );
      }
      done += count;
    }
  }

  /** @throws Error if the file was closed. */
  descriptor(): number {
    if (!this.open) throw new Error(`Cannot read ${this.path} as it must be open: got a closed file; open it again.`);
    return this.fd;
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    closeSync(this.fd);
    this.onClose();
  }
}
