import { createHash, randomUUID } from 'node:crypto';
import { closeSync, createReadStream, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { ByteFile } from './byte-file';
import { unpickle } from './unpickle';
import type { PickleValue } from './values';

/** An open pickle. Its arrays read from the file until `close`. */
export type PickleFile = {
  readonly path: string;
  readonly value: PickleValue;
  /** The sha256 of the pickle's bytes (of a gzip file: of what is inside), in hex. */
  hash(): Promise<string>;
  close(): void;
};

/**
 * Opens a pickle of protocol 2 to 5, plain or gzipped, and indexes it: values are read, arrays of 4 KiB and more stay in the file.
 * A gzipped one is unpacked first into a temporary file that has no name (or goes on close or exit, where open files must have one).
 *
 * @throws PickleError, PickleGlobalError: see there; Error if there is no such file.
 * @example
 * const file = await openPickle('aligned_50.pkl');
 * const train = (file.value as Map<string, Map<string, PickledArray>>).get('train');
 * train?.get('audio')?.shape; // [1284, 50, 5]
 * file.close();
 */
export async function openPickle(path: string): Promise<PickleFile> {
  const file = isGzip(path) ? await gunzip(path) : new ByteFile(path);
  try {
    return { path, value: unpickle(file), hash: () => hashOf(file), close: () => file.close() };
  } catch (error) {
    file.close();
    throw error;
  }
}

function isGzip(path: string): boolean {
  const fd = openSync(path, 'r');
  try {
    const magic = new Uint8Array(2);
    return readSync(fd, magic, 0, 2, 0) === 2 && magic[0] === 0x1f && magic[1] === 0x8b;
  } finally {
    closeSync(fd);
  }
}

async function gunzip(path: string): Promise<ByteFile> {
  const temporary = join(tmpdir(), `trimodal-${randomUUID()}.pkl`);
  const fd = openSync(temporary, 'wx+', 0o600);
  const remove = removal(temporary);
  try {
    await pipeline(createReadStream(path), createGunzip({ chunkSize: 2 ** 18 }), async (chunks) => {
      for await (const chunk of chunks) writeAll(fd, chunk as Buffer);
    });
    return new ByteFile(path, fd, remove);
  } catch (cause) {
    closeSync(fd);
    remove();
    throw new RangeError(`Cannot unpack ${path} as it must be whole gzip: got ${(cause as Error).message}.`, { cause });
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
}

/** Unlinks an open file at once, so that nothing is left however the process ends; where that is refused, later. */
function removal(temporary: string): () => void {
  try {
    rmSync(temporary);
    return () => {};
  } catch {
    const remove = () => {
      process.removeListener('exit', remove);
      rmSync(temporary, { force: true });
    };
    process.once('exit', remove);
    return remove;
  }
}

async function hashOf(file: ByteFile): Promise<string> {
  const hash = createHash('sha256');
  const options = { fd: file.descriptor(), autoClose: false, start: 0, highWaterMark: 2 ** 20 };
  for await (const chunk of createReadStream(file.path, options)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
