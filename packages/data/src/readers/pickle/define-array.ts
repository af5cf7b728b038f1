import { Malformed } from './errors';
import { type PickledArray, PickledType } from './pickled-array';
import { type Layout, product, stridesOf } from './strided-rows';
import { byteSourceOf, describeValue, listOf, type PickleValue, wrongValue } from './values';

/** numpy has no arrays of more axes. */
const MAX_AXES = 64;

/** What numpy stores of an array, in the order of `ndarray.__setstate__`. */
export type ArrayState = {
  readonly shape: PickleValue | undefined;
  readonly type: PickleValue | undefined;
  /** `C`, `F`, or a permutation of axes: of this shape in C order, then with its axes permuted so. */
  readonly order: 'C' | 'F' | readonly PickleValue[];
  readonly content: PickleValue | undefined;
};

/** Gives an array its shape, type and content, after checking that they agree. */
export function defineArray(array: PickledArray, { shape, type, order, content }: ArrayState): void {
  if (!(type instanceof PickledType)) throw wrongValue('an array must have a dtype', type);
  const { element } = type;
  const layout = layoutOf(shapeOf(shape), order);
  const count = product(layout.shape);
  const length = count * element.size;
  if (!Number.isSafeInteger(count) || !Number.isSafeInteger(length)) {
    throw wrongValue("an array's size must be an exact integer", shape);
  }
  if (element.kind === 'O') {
    const items = listOf(content, 'the objects of an array');
    if (items.length !== count) {
      throw new Malformed(`an object array [${layout.shape}] must have ${count} items`, `${items.length}`);
    }
    // numpy lists objects in C order, whatever the memory order
    array.define({ shape: layout.shape, strides: stridesOf(layout.shape, 'C') }, element, items);
    return;
  }
  const bytes = byteSourceOf(content);
  if (bytes === undefined) throw wrongValue('the content of an array must be bytes', content);
  if (!bytes.fits(length)) {
    throw new Malformed(
      `an array [${layout.shape}] of ${element.size} bytes an element must have ${length} bytes`,
      describeValue(content),
    );
  }
  array.define(layout, element, bytes);
}

function layoutOf(shape: readonly number[], order: ArrayState['order']): Layout {
  if (order === 'C' || order === 'F') return { shape, strides: stridesOf(shape, order) };
  const isPermutation = order.length === shape.length && shape.every((_, axis) => order.includes(axis));
  if (!isPermutation) throw wrongValue(`axes must be a permutation of the ${shape.length} axes`, [...order]);
  const axes = order as readonly number[];
  const strides = stridesOf(shape, 'C');
  return { shape: axes.map((axis) => shape[axis]!), strides: axes.map((axis) => strides[axis]!) };
}

function shapeOf(value: PickleValue | undefined): number[] {
  const sizes = listOf(value, 'a shape');
  if (sizes.length > MAX_AXES || !sizes.every((size) => Number.isSafeInteger(size) && (size as number) >= 0)) {
    throw wrongValue(`a shape must be at most ${MAX_AXES} non-negative integers`, value);
  }
  return [...(sizes as number[])];
}
