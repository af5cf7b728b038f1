import { describe, expect, it, onTestFinished } from 'vitest';
import { arrayEnds, encodePickle, floats } from '../__fixtures__/encode-pickle';
import { fixturePath, readJson, temporaryFile } from '../__fixtures__/files';
import { ByteFile } from './byte-file';
import type { PickledArray } from './pickled-array';
import { unpickle } from './unpickle';

/** A file that counts what is read of it. */
class CountingFile extends ByteFile {
  reads = 0;
  bytes = 0;

  override read(position: number, out: Uint8Array): void {
    super.read(position, out);
    this.reads++;
    this.bytes += out.length;
  }
}

function openCounting(path: string): CountingFile {
  const file = new CountingFile(path);
  onTestFinished(() => file.close());
  return file;
}

function arrayOf(bytes: Uint8Array): { array: PickledArray; file: CountingFile } {
  const file = openCounting(temporaryFile(bytes));
  return { array: unpickle(file) as PickledArray, file };
}

describe('rows of an array', () => {
  const facts = readJson('arrays.json') as Record<string, { dtype: string; shape: number[]; data: number[] }>;
  const names = Object.keys(facts).filter(
    (name) => /float|int|permuted|fortran$|sliced|large/.test(name) && /float|int/.test(facts[name]!.dtype),
  );

  it.each([2, 4, 5].flatMap((protocol) => names.map((name) => ({ protocol, name }))))(
    'are those asked for: $name, protocol $protocol',
    ({ protocol, name }) => {
      const root = unpickle(openCounting(fixturePath(`protocol${protocol}.pkl`))) as Map<
        string,
        Map<string, PickledArray>
      >;
      const array = root.get('arrays')!.get(name)!;
      const { shape, data } = facts[name]!;
      const size = shape[0]!;
      const rowLength = data.length / size;
      for (const rows of [[0], [size - 1, 0], [0, 1, 1, 0], Array.from({ length: size }, (_, i) => i), []]) {
        const out = new Float32Array(rows.length * rowLength + 1).fill(7);
        array.readRows(rows, out);
        const wanted = rows.flatMap((row) => data.slice(row * rowLength, (row + 1) * rowLength));
        expect([...out]).toEqual([...Float32Array.from(wanted), 7]);
      }
      expect(array.readAll()).toEqual(Float32Array.from(data));
      expect(array.numbers()).toEqual(Float64Array.from(data));
    },
  );

  it('are read alone, those that follow one another at once', () => {
    const { array, file } = arrayOf(encodePickle(floats([100, 5, 20], (i) => i)));
    expect(array.shape).toEqual([100, 5, 20]);
    const indexed = file.bytes;
    expect(indexed).toBeLessThanOrEqual(40_200);
    [file.reads, file.bytes] = [0, 0];
    array.readRows([70, 71, 72, 3, 72], new Float32Array(500));
    expect([file.reads, file.bytes]).toEqual([3, 5 * 400]);
  });

  it('of Fortran order take one read where the file is small', () => {
    const file = openCounting(fixturePath('protocol4.pkl'));
    const root = unpickle(file) as Map<string, Map<string, PickledArray>>;
    file.reads = 0;
    root
      .get('arrays')!
      .get('large_fortran')!
      .readRows([5, 39, 0], new Float32Array(3 * 28));
    expect(file.reads).toBe(1);
  });

  it('of Fortran order are read column by column where the file is large', () => {
    // element [i, j, k] lies at i + 20000 * (j + 2 * k)
    const shape = [20_000, 2, 3];
    const [head, tail] = arrayEnds(shape, 'u1', 120_000, 'F');
    const valueAt = (place: number) => (place * 7919) % 251;
    const bytes = Uint8Array.from({ length: 120_000 }, (_, place) => valueAt(place));
    const { array, file } = arrayOf(Buffer.concat([Buffer.of(0x80, 4), head, bytes, tail, Buffer.from('.')]));
    const wanted = (row: number) => [0, 2, 4, 1, 3, 5].map((column) => valueAt(row + 20_000 * column));
    [file.reads, file.bytes] = [0, 0];
    const out = new Float32Array(12);
    array.readRows([19_999, 19_990], out);
    expect([...out]).toEqual([...wanted(19_999), ...wanted(19_990)]);
    expect([file.reads, file.bytes]).toEqual([6, 6 * 10]);
    expect([...array.readAll().subarray(6 * 777, 6 * 778)]).toEqual(wanted(777));
  });

  it('must be there, and out must hold them', () => {
    const { array } = arrayOf(encodePickle(floats([4, 3], (i) => i)));
    const out = new Float32Array(6);
    expect(() => array.readRows([4], out)).toThrow('each must be an integer in [0, 4): got 4.');
    expect(() => array.readRows([-1], out)).toThrow(RangeError);
    expect(() => array.readRows([0.5], out)).toThrow(RangeError);
    expect(() => array.readRows([0, 1, 2], out)).toThrow('out must hold 9 numbers: got 6.');
  });

  it('must be numbers', () => {
    const root = unpickle(openCounting(fixturePath('protocol4.pkl'))) as Map<string, Map<string, PickledArray>>;
    const arrays = root.get('arrays')!;
    expect(() => arrays.get('text')!.readAll()).toThrow('Cannot read numbers of str array [2, 3]');
    expect(() => arrays.get('objects')!.readAll()).toThrow(TypeError);
    expect(() => arrays.get('no_axes')!.readRows([0], new Float32Array(1))).toThrow('the array must have axes');
    const [head, tail] = arrayEnds([1], 'c8', 8);
    const { array } = arrayOf(
      Buffer.concat([Buffer.from('\x80\x04', 'latin1'), head, Buffer.alloc(8), tail, Buffer.from('.')]),
    );
    expect(array.dtype).toBe('complex64');
    expect(() => array.readAll()).toThrow('got complex64');
    expect(() => array.values()).toThrow('must be numbers, texts, bytes or objects');
  });

  it('cannot be read once the file is closed', () => {
    const { array, file } = arrayOf(encodePickle(floats([40, 30], (i) => i)));
    file.close();
    file.close();
    expect(() => array.readAll()).toThrow('as it must be open: got a closed file');
  });
});
