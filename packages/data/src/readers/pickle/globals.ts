import { decodeNumbers, decodeUcs4, isNumeric, toHostOrder } from './element-type';
import { Forbidden, Malformed } from './errors';
import { type ArrayContent, PickledArray, PickledType } from './pickled-array';
import { product, stridesOf } from './strided-rows';
import { byteSourceOf, describeValue, latin1BytesOf, PickledGlobal, type PickleValue, textOf } from './values';

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
    // protocol 2 writes empty bytes so
    [
      `${builtins}.bytes`,
      (args) => (args.length === 0 ? new Uint8Array(0) : wrong('bytes must be called without arguments', args[0])),
    ],
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
    const fields = listOf(state, 'the state of an array').slice(-4);
    const [shape, type, isFortran, content] = fields;
    defineArray(target, shapeOf(shape), type, isFortran === true || isFortran === 1 ? 'F' : 'C', content);
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
  return PickledType.of(textOf(code) ?? '') ?? wrong("a dtype must be a code such as 'f4'", code);
}

function makeScalar([type, content]: readonly PickleValue[]): PickleValue {
  if (!(type instanceof PickledType)) throw wrongValue('a scalar must have a dtype', type);
  const { element } = type;
  if (element.kind === 'O') return content ?? null;
  const bytes = content instanceof Uint8Array ? content.slice() : wrong('a scalar must be made of bytes', content);
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
function arrayFromBuffer([buffer, type, shape, order, axes]: readonly PickleValue[]): PickledArray {
  const array = new PickledArray();
  const code = textOf(order);
  if (code === 'C' || code === 'F') defineArray(array, shapeOf(shape), type, code, buffer);
  else if (code === 'K' && Array.isArray(axes)) defineArray(array, shapeOf(shape), type, axes, buffer);
  else throw wrongValue("an array's order must be 'C', 'F' or 'K' with its axes", order);
  return array;
}

/** Lays an array out; `order` as a list means: of this shape in C order, then with its axes permuted so. */
function defineArray(
  array: PickledArray,
  shape: number[],
  type: PickleValue | undefined,
  order: 'C' | 'F' | PickleValue[],
  content: PickleValue | undefined,
): void {
  if (!(type instanceof PickledType)) throw wrongValue('an array must have a dtype', type);
  const { element } = type;
  const count = product(shape);
  if (!Number.isSafeInteger(count * Math.max(element.size, 1)))
    throw wrongValue("an array's size must be an exact integer", shape);
  const layout = Array.isArray(order) ? permuted(shape, order) : { shape, strides: stridesOf(shape, order) };
  let held: ArrayContent;
  if (element.kind === 'O') {
    // numpy lists objects in C order, whatever the memory order
    held = listOf(content, 'the objects of an array');
    if (held.length !== count)
      throw new Malformed(`an object array [${shape}] must have ${count} items`, `${held.length}`);
    array.define({ shape: layout.shape, strides: stridesOf(layout.shape, 'C') }, element, held);
    return;
  }
  held = byteSourceOf(content) ?? wrong('the content of an array must be bytes', content);
  const length = count * element.size;
  if (!held.fits(length))
    throw new Malformed(
      `an array [${shape}] of ${type.element.size}-byte elements must have ${length} bytes`,
      lengthOf(content),
    );
  array.define(layout, element, held);
}

function permuted(shape: readonly number[], axes: readonly PickleValue[]): { shape: number[]; strides: number[] } {
  const strides = stridesOf(shape, 'C');
  const isPermutation = axes.length === shape.length && shape.every((_, axis) => axes.includes(axis));
  if (!isPermutation) throw wrongValue(`axes must be a permutation of the ${shape.length} axes`, [...axes]);
  const order = axes as readonly number[];
  return { shape: order.map((axis) => shape[axis]!), strides: order.map((axis) => strides[axis]!) };
}

function encode([text, encoding]: readonly PickleValue[]): PickleValue {
  const name = textOf(encoding) ?? '';
  if (!/^latin-?1$/i.test(name)) throw wrongValue('text must be encoded as latin1', encoding);
  return latin1BytesOf(text) ?? wrong('what is encoded must be text', text);
}

function orderedDict([pairs = []]: readonly PickleValue[]): PickleValue {
  const entries = listOf(pairs, 'the items of an OrderedDict').map((pair): [PickleValue, PickleValue] => {
    const [key = null, value = null] = listOf(pair, 'an item of an OrderedDict');
    return [key instanceof Uint8Array ? textOf(key)! : key, value];
  });
  return new Map(entries);
}

function shapeOf(value: PickleValue | undefined): number[] {
  const sizes = listOf(value, 'a shape');
  if (sizes.length > 64 || !sizes.every((size) => Number.isSafeInteger(size) && (size as number) >= 0)) {
    throw wrongValue('a shape must be at most 64 non-negative integers', value);
  }
  return sizes as number[];
}

function listOf(value: PickleValue | undefined, what: string): PickleValue[] {
  return Array.isArray(value) ? value : wrong(`${what} must be a list or tuple`, value);
}

function lengthOf(content: PickleValue | undefined): string {
  return content instanceof Uint8Array || (content && typeof content === 'object' && 'length' in content)
    ? `${content.length}`
    : describeValue(content);
}

function wrongValue(requirement: string, value: PickleValue | undefined): Malformed {
  return new Malformed(requirement, describeValue(value));
}

function wrong(requirement: string, value: PickleValue | undefined): never {
  throw wrongValue(requirement, value);
}
