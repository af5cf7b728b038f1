import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { arrayEnds } from '../__fixtures__/encode-pickle';
import { temporaryFolder } from '../__fixtures__/files';
import { openPickle } from './pickle-file';
import type { PickledArray } from './pickled-array';

type Hole = { readonly hole: number; readonly writes: readonly (readonly [offset: number, value: number])[] };
type Piece = Buffer | Hole;

/** Writes pieces one after another; a hole takes no room on the disk and reads as zeros but for a few float32 values. */
function writeSparse(pieces: readonly Piece[]): string {
  const path = join(temporaryFolder(), 'sparse.pkl');
  const fd = openSync(path, 'w');
  let end = 0;
  for (const piece of pieces) {
    if (!('hole' in piece)) {
      writeSync(fd, piece, 0, piece.length, end);
      end += piece.length;
    } else {
      for (const [offset, value] of piece.writes)
        writeSync(fd, new Uint8Array(Float32Array.of(value).buffer), 0, 4, end + offset);
      end += piece.hole;
    }
  }
  ftruncateSync(fd, end);
  closeSync(fd);
  return path;
}

function sparseArray(
  shape: readonly [number, number, number],
  writes: readonly (readonly [offset: number, value: number])[],
): Piece[] {
  const hole = 4 * shape[0] * shape[1] * shape[2];
  const [head, tail] = arrayEnds(shape, 'f4', hole);
  return [head, { hole, writes }, tail];
}

const bytes = (text: string) => Buffer.from(text, 'latin1');

describe('a large pickle', () => {
  it('of more than 4 GiB is read beyond 2 and 4 GiB', async () => {
    const rows = 22_000;
    const rowBytes = 50 * 1000 * 4;
    const path = writeSparse([
      bytes('\x80\x04]('),
      ...sparseArray(
        [rows, 50, 1000],
        [
          [0, 1.5],
          [11_000 * rowBytes + 4, 2.5],
          [rows * rowBytes - 4, 3.5],
        ],
      ),
      ...sparseArray([3, 2, 1000], [[2 * 8000 + 8, 4.5]]),
      bytes('e.'),
    ]);
    const file = await openPickle(path);
    const [large, after] = file.value as [PickledArray, PickledArray];
    expect(large.shape).toEqual([rows, 50, 1000]);
    const out = new Float32Array(3 * 50_000);
    large.readRows([rows - 1, 11_000, 0], out);
    expect([out[49_999], out[50_001], out[100_000]]).toEqual([3.5, 2.5, 1.5]);
    expect(out.reduce((sum, value) => sum + value)).toBe(7.5);
    expect(after.readAll()[4002]).toBe(4.5);
    file.close();
  });

  it('of 200 MB is indexed without reading it, at little memory', async () => {
    const pieces = Array.from({ length: 10 }, (_, i) => sparseArray([100, 50, 1000], [[0, i]])).flat();
    const path = writeSparse([bytes('\x80\x04]('), ...pieces, bytes('e.')]);
    const before = process.memoryUsage().arrayBuffers;
    const started = performance.now();
    const file = await openPickle(path);
    const elapsed = performance.now() - started;
    const arrays = file.value as PickledArray[];
    // measured: 2 ms; reading all of it takes over 100
    expect(elapsed).toBeLessThan(100);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
    const out = new Float32Array(50_000);
    for (const [i, array] of arrays.entries()) {
      array.readRows([0], out);
      expect(out[0]).toBe(i);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
    file.close();
  });
});
