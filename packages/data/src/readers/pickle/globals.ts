import { defineArray } from './define-array';
import { decodeNumbers, decodeUcs4, isNumeric, toHostOrder } from './element-type';
import { Forbidden, Malformed } from './errors';
import { PickledArray, PickledType } from './pickled-array';
import { latin1BytesOf, listOf, PickledGlobal, type PickleValue, textOf, wrongValue } from './values';

type Call = (args: readonly PickleValue[]) => PickleValue;

/**
 * Everything that a pickle may name, and what calling it gives. These are the few that pickles of numpy arrays and plain Python values
 * use; nothing else is ever looked up, and these are functions of this file, not of Python.
 */
const CALLS: ReadonlyMap<string, Call | undefined> = new Map<string, Call | undefined>([
  ['numpy.ndarray', undefined],
  ['numpy.dtype', makeType],
  ...['numpy.core', 'numpy._core'].flatMap((core): [string, Call][] => [
    [`${core}.multiarray._reconstruct`, reconstruct],
    [`${core}.multiarray.scalar`, makeScalar],
    [`${core}.numeric._frombuffer`, arrayFromBuffer],
  ]),
  ['_codecs.encode', encode],
  ...['builtins', '__builtin__'].flatMap((builtins): [string, Call][] => [
    [`${builtins}.set`, ([items = []]) => new Set(listOf(items, 'the items of a set'))],
    [`${builtins}.frozenset`, ([items = []]) => new Set(listOf(items, 'the items of a set'))],
    [`${builtins}.bytes`, emptyBytes],
  ]),
  ['collections.OrderedDict', orderedDict],
]);

/** @throws Forbidden unless the name is one of the few that are allowed. */
export function findGlobal(module: string, name: string): PickledGlobal {
  if (!CALLS.has(`${module}.${name}`)) throw new Forbidden(`${module}.${name}`);
  return new PickledGlobal(`${module}.${name}`);
}

/** REDUCE: what calling the global gives. */
export function callGlobal(callee: PickleValue, args: PickleValue): PickleValue {
  const call = callee instanceof PickledGlobal ? CALLS.get(callee.name) : undefined;
  if (call === undefined) throw wrongValue('what is called must be a function', callee);
  return call(listOf(args, 'arguments'));
}

/** BUILD: gives an array or an element type its state. */
export function buildObject(target: PickleValue, state: PickleValue): void {
  if (target instanceof PickledType) {
    const order = textOf(listOf(state, 'the state of a dtype')[1]);
    if (order === undefined || !/^[<>|=]$/.test(order))
      throw wrongValue("a dtype's byte order must be <, >, | or =", state);
    target.setByteOrder(order);
  } else if (target instanceof PickledArray) {
    // (version, shape, dtype, isFortran, content); numpy before 1.0 had no version
    const [shape, type, isFortran, content] = listOf(state, 'the state of an array').slice(-4);
    defineArray(target, { shape, type, order: isFortran === true || isFortran === 1 ? 'F' : 'C', content });
  } else {
    throw wrongValue('only numpy arrays and dtypes can have a state', target);
  }
}

function reconstruct([type]: readonly PickleValue[]): PickledArray {
  if (!(type instanceof PickledGlobal) || type.name !== 'numpy.ndarray') {
    throw wrongValue('_reconstruct must make a numpy.ndarray', type);
  }
  return new PickledArray();
}

function makeType([code]: readonly PickleValue[]): PickledType {
  const type = PickledType.of(textOf(code) ?? '');
  if (type === undefined) throw wrongValue("a dtype must be a code such as 'f4'", code);
  return type;
}

function makeScalar([type, content]: readonly PickleValue[]): PickleValue {
  if (!(type instanceof PickledType)) throw wrongValue('a scalar must have a dtype', type);
  const { element } = type;
  if (element.kind === 'O') return content ?? null;
  if (!(content instanceof Uint8Array)) throw wrongValue('a scalar must be made of bytes', content);
  const bytes = content.slice();
  if (bytes.length !== element.size || element.size === 0) {
    throw new Malformed(`a scalar must have ${element.size} bytes`, `${bytes.length}`);
  }
  if (element.kind === 'S') return bytes;
  if (element.kind === 'U') {
    toHostOrder(bytes, element);
    return decodeUcs4(new Uint32Array(bytes.buffer));
  }
  if (!isNumeric(element)) throw wrongValue('a scalar must be a number, text or bytes', type);
  const [number = 0] = decodeNumbers(bytes, element);
  return element.kind === 'b' ? number !== 0 : number;
}

/** `numpy._core.numeric._frombuffer(buffer, dtype, shape, order[, axes])` of protocol 5. */
function arrayFromBuffer([content, type, shape, orderName, axes]: readonly PickleValue[]): PickledArray {
  const name = textOf(orderName);
  const order = name === 'K' ? listOf(axes, 'the axes of an array') : name;
  if (order !== 'C' && order !== 'F' && !Array.isArray(order)) {
    throw wrongValue("an array's order must be C, F or K", orderName);
  }
  const array = new PickledArray();
  defineArray(array, { shape, type, order, content });
  return array;
}

/** Protocol 2 of Python 3 writes empty bytes as a call. */
function emptyBytes(args: readonly PickleValue[]): Uint8Array {
  if (args.length > 0) throw wrongValue('bytes must be called without arguments', args[0]);
  return new Uint8Array(0);
}

function encode([text, encoding]: readonly PickleValue[]): PickleValue {
  const name = textOf(encoding) ?? '';
  if (!/^latin-?1$/i.test(name)) throw wrongValue('text must be encoded as latin1', encoding);
  const bytes = latin1BytesOf(text);
  if (bytes === undefined) throw wrongValue('what is encoded must be text', text);
  return bytes;
}

function orderedDict([pairs = []]: readonly PickleValue[]): PickleValue {
  const entries = listOf(pairs, 'the items of an OrderedDict').map((pair): [PickleValue, PickleValue] => {
    const [key = null, value = null] = listOf(pair, 'an item of an OrderedDict');
    return [key instanceof Uint8Array ? textOf(key)! : key, value];
  });
  return new Map(entries);
}
