import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fixturePath, readJson, temporaryFile } from '../__fixtures__/files';
import { ByteFile } from './byte-file';
import { PickleError, PickleGlobalError } from './errors';
import { PickledArray } from './pickled-array';
import { unpickle } from './unpickle';
import { type PickleValue, textOf } from './values';

type ArrayFacts = { dtype: string; shape: number[]; data: unknown[] };
type Dict = Map<PickleValue, PickleValue>;

function load(path: string): PickleValue {
  const file = new ByteFile(path);
  onTestFinished(() => file.close());
  return unpickle(file);
}

function loadBytes(bytes: string | Uint8Array): PickleValue {
  return load(temporaryFile(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes));
}

/** A value as the JSON beside the fixtures has it. */
function toJson(value: PickleValue): unknown {
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (typeof value !== 'number' || Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return 'nan';
  return value > 0 ? 'inf' : '-inf';
}

function factsOf(array: PickleValue | undefined): ArrayFacts {
  if (!(array instanceof PickledArray)) throw new TypeError('no array');
  return { dtype: array.dtype, shape: [...array.shape], data: array.values().map(toJson) };
}

describe.each([2, 4, 5])('a pickle of protocol %i', (protocol) => {
  const arrays = readJson('arrays.json') as Record<string, ArrayFacts>;

  it.each(Object.entries(arrays))('holds the array %s', (name, { dtype, shape, data }) => {
    const root = load(fixturePath(`protocol${protocol}.pkl`)) as Map<string, Map<string, PickleValue>>;
    const wanted = data.map((value) => (dtype === 'bool' ? Number(value) : value));
    expect(factsOf(root.get('arrays')?.get(name))).toEqual({ dtype, shape, data: wanted });
  });

  it('holds plain values', () => {
    const root = load(fixturePath(`protocol${protocol}.pkl`)) as Map<string, Map<string, PickleValue>>;
    const plain = root.get('plain')!;
    const integers = [0, 255, 256, 65535, 65536, -1, -(2 ** 31), 2 ** 31, -(2 ** 40)];
    const shared = plain.get('twice') as PickleValue[];
    expect(plain.get('none')).toBe(null);
    expect(plain.get('true')).toBe(true);
    expect(plain.get('integers')).toEqual([...integers, 2n ** 53n, -(2n ** 53n), 127, -128, -129]);
    expect(plain.get('huge')).toEqual([2n ** 64n, -(2n ** 64n)]);
    expect(plain.get('floats')).toEqual([0.1, -1e300]);
    expect(plain.get('text')).toBe('Wörter \u{1f600} \ufeff');
    expect(textOf(plain.get('long_text'))).toBe('é'.repeat(3000));
    expect(plain.get('bytes')).toEqual(Uint8Array.of(0, 255));
    expect(plain.get('no_bytes')).toEqual(new Uint8Array(0));
    expect(plain.get('tuples')).toEqual([[], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4]]);
    expect(plain.get('nested')).toEqual(new Map([['a', [new Map([['b', []]])]]]));
    expect(plain.get('set')).toEqual(new Set([3]));
    expect(plain.get('frozenset')).toEqual(new Set([4]));
    expect([...(plain.get('ordered') as Dict)]).toEqual([
      ['b', 1],
      ['a', 2],
    ]);
    expect(shared[0]).toBe(shared[1]);
    expect(plain.get('scalars')).toEqual([0.5, 0.1, -3, true, 'né', 200]);
    expect(plain.get('scalar_big')).toBe(0.25);
  });
});

describe('a pickle of Python 2', () => {
  it('holds arrays and texts as byte strings, and integers as lines', () => {
    const root = load(fixturePath('python2.pkl')) as Map<string, PickleValue>;
    const { small, large } = readJson('python2.json') as Record<'small' | 'large', ArrayFacts>;
    expect(factsOf(root.get('small'))).toEqual({ ...small, dtype: 'float64' });
    expect(factsOf(root.get('large'))).toEqual(large);
    expect((root.get('id') as PickleValue[]).map(textOf)).toEqual(['Wörter', 'café']);
    expect(root.get('count')).toBe(2 ** 32);
    expect(root.get('long')).toBe(-12);
    expect(root.get('flag')).toBe(true);
    expect(root.get('unicode')).toBe('é');
  });
});

describe('a pickle that names something else', () => {
  it('is refused by name and byte', () => {
    const path = fixturePath('malicious.pkl');
    const attempt = () => load(path);
    expect(attempt).toThrow(PickleGlobalError);
    expect(attempt).toThrow(
      `Cannot read pickle ${path} as only numpy arrays, sets and ordered dicts are allowed: got os.system at byte 11; nothing of it was run.`,
    );
    expect(() => load(fixturePath('malicious-protocol4.pkl'))).toThrow('got posix.system at byte 17;');
  });

  it.each([
    ['a builtin that runs code', '\x80\x02c__builtin__\neval\n.', '__builtin__.eval'],
    ['a method of an allowed class', '\x80\x04\x8c\x05numpy\x8c\x0bndarray.dot\x93.', 'numpy.ndarray.dot'],
    ['a name that JavaScript objects have', '\x80\x02c__proto__\nconstructor\n.', '__proto__.constructor'],
    ['a name that would repaint a terminal', '\x80\x02cos\n\x1b[2Jsystem\n.', 'os.?[2Jsystem'],
    ['a tensor', '\x80\x02ctorch._utils\n_rebuild_tensor_v2\n.', 'torch._utils._rebuild_tensor_v2'],
  ])('is refused: %s', (_, bytes, globalName) => {
    expect(() => loadBytes(bytes)).toThrow(expect.objectContaining({ globalName, name: 'PickleGlobalError' }));
  });
});

describe('a damaged pickle', () => {
  it.each([
    ['an empty file', '', 'as 1 more bytes must follow from byte 0: got 0 to the end of the file, in PROTO at byte 0.'],
    ['protocol 0', '(dp0\n.', 'must begin with byte 0x80: got 0x28'],
    ['protocol 6', '\x80\x06N.', 'the protocol must be 2 to 5: got 6, in PROTO at byte 0.'],
    ['an empty stack', '\x80\x02.', 'the stack must hold a value: got an empty one, in STOP at byte 2.'],
    ['two results', '\x80\x02NN.', 'one value must be left at the end: got 2, in STOP at byte 4.'],
    ['an open mark', '\x80\x02N(.', 'the stack must hold a value'],
    ['a value below a mark', '\x80\x02](a.', 'the stack must hold a value'],
    ['no mark', '\x80\x02Nt.', 'a mark must be on the stack: got none, in TUPLE at byte 3.'],
    ['a memo that was never set', '\x80\x02h\x05.', 'got memo index 5, in BINGET at byte 2.'],
    [
      'a far memo',
      '\x80\x02Nr\xff\xff\xff\xff0j\xfe\xff\xff\xff.',
      'got memo index 4294967294, in LONG_BINGET at byte 9.',
    ],
    ['a text beyond the end', '\x80\x02X\xff\xff\xff\xffab', '4294967295 more bytes must follow from byte 7: got 2'],
    ['bytes beyond any end', `\x80\x04\x8e${'\xff'.repeat(8)}`, 'in BINBYTES8 at byte 2.'],
    ['an integer of a gigabyte', '\x80\x02\x8b\x00\x00\x00\x40', 'at most 1024 bytes: got 1073741824'],
    ['a line without end', `\x80\x02I${'1'.repeat(2000)}`, 'a line must end within 1024 bytes'],
    ['an integer that is none', '\x80\x02I0x10\n.', "an integer must be decimal: got '0x10'"],
    ['append to a dict', '\x80\x02}Na.', 'items must be appended to a list: got a dict of 0, in APPEND at byte 4.'],
    ['set in a list', '\x80\x02]NNs.', 'items must be set in a dict: got a list of 0'],
    ['add to a list', '\x80\x04](N\x90.', 'items must be added to a set: got a list of 0'],
    ['an odd dict', '\x80\x02}(Nu.', 'keys and values must come in pairs: got 1 values'],
    ['a call of a text', '\x80\x02U\x01a)R.', 'what is called must be a function: got 1 bytes'],
    ['a call of numpy.ndarray', '\x80\x02cnumpy\nndarray\n)R.', 'what is called must be a function: got numpy.ndarray'],
    ['a call without arguments', '\x80\x02cnumpy\ndtype\nNR.', 'arguments must be a list or tuple: got None'],
    ['state of a dict', '\x80\x02}}b.', 'only numpy arrays and dtypes can have a state: got a dict of 0'],
    ['an unknown dtype', '\x80\x02cnumpy\ndtype\n(U\x02??tR.', "a dtype must be a code such as 'f4': got 2 bytes"],
    ['an object of a class', '\x80\x02cnumpy\nndarray\n)\x81.', 'only opcodes of plain data are read: got NEWOBJ'],
    ['an opcode that there is none', '\x80\x02\xff.', 'got opcode 0xff'],
    ['a buffer kept elsewhere', '\x80\x05\x97.', 'got NEXT_BUFFER'],
    [
      'text that is not Latin-1',
      '\x80\x02c_codecs\nencode\n(X\x03\x00\x00\x00\xe2\x82\xacX\x06\x00\x00\x00latin1tR.',
      'bytes written as text must be Latin-1: got 0xe2 at their byte 0, in REDUCE at byte',
    ],
    [
      'another codec',
      '\x80\x02c_codecs\nencode\n(X\x01\x00\x00\x00aX\x03\x00\x00\x00hextR.',
      "must be encoded as latin1: got 'hex'",
    ],
  ])('tells what is wrong: %s', (_, bytes, message) => {
    const attempt = () => loadBytes(bytes);
    expect(attempt).toThrow(PickleError);
    expect(attempt).toThrow(message);
  });

  const state = (shape: string, type: string, content: string) =>
    `\x80\x04cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R(K\x01${shape}cnumpy\ndtype\n\x8c\x02${type}\x85R\x89${content}tb.`;

  it.each([
    [
      'too few bytes',
      state('K\x03\x85', 'f4', 'C\x04abcd'),
      'an array [3] of 4 bytes an element must have 12 bytes: got 4 bytes',
    ],
    ['a negative size', state('J\xff\xff\xff\xff\x85', 'f4', 'C\x00'), 'non-negative integers: got (-1)'],
    [
      'sizes beyond exact integers',
      state('J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86', 'f4', 'C\x00'),
      "an array's size must be an exact integer",
    ],
    ['too few objects', state('K\x03\x85', 'O8', ']Na'), 'an object array [3] must have 3 items'],
    ['text for bytes', state('K\x01\x85', 'f4', '\x8c\x04abcd'), "the content of an array must be bytes: got 'abcd'"],
    ['no shape', state('N', 'f4', 'C\x00'), 'a shape must be a list or tuple: got None'],
  ])('tells what is wrong with an array: %s', (_, bytes, message) => {
    expect(() => loadBytes(bytes)).toThrow(message);
  });

  it.each(['python2.pkl', 'mmsa.pkl'])('%s is refused wherever it is cut', (name) => {
    const whole = readFileSync(fixturePath(name));
    for (let length = 0; length < whole.length; length += length < 400 ? 1 : 97) {
      expect(() => loadBytes(whole.subarray(0, length))).toThrow(PickleError);
    }
  });

  it('is refused if it has one list copied over and over', () => {
    const items = Array.from({ length: 50_000 }, (_, i) => Uint8Array.of(0x4d, i & 255, i >> 8));
    const calls = 'h\x00h\x01R'.repeat(50_000);
    const head = Buffer.from('\x80\x02c__builtin__\nset\nq\x00](', 'latin1');
    const bytes = Buffer.concat([head, ...items, Buffer.from(`e\x85q\x01${calls}`, 'latin1')]);
    expect(() => loadBytes(bytes)).toThrow('calls must not be given far more than the file holds');
  });

  it('never fails in another way, whatever byte is changed', () => {
    const whole = readFileSync(fixturePath('mmsa.pkl'));
    let refused = 0;
    for (let i = 0; i < 1500; i++) {
      const bytes = Buffer.from(whole);
      const at = (i * 7919) % bytes.length;
      bytes[at] = bytes[at]! ^ (1 << (i % 8));
      const file = new ByteFile(temporaryFile(bytes));
      try {
        unpickle(file);
      } catch (error) {
        expect(error).toBeInstanceOf(PickleError);
        refused++;
      } finally {
        file.close();
      }
    }
    expect(refused).toBeGreaterThan(100);
  });
});
