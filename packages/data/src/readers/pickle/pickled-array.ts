import type { RowSource } from '../../row-source';
import {
  decodeUcs4,
  type ElementType,
  elementTypeName,
  isNumeric,
  parseElementType,
  toHostOrder,
} from './element-type';
import { type ByteSource, MemoryBytes } from './payload';
import { elementOffsets, type Layout, type NumberArray, product, StridedRows, stridesOf } from './strided-rows';
import type { PickleValue } from './values';

/** Where an array's elements are: bytes, or one value each. */
export type ArrayContent = ByteSource | readonly PickleValue[];

/** An array that was never given its state. */
const NOTHING: { readonly layout: Layout; readonly type: ElementType; readonly content: ArrayContent } = {
  layout: { shape: [0], strides: [1] },
  type: { kind: 'u', size: 1, bigEndian: false },
  content: new MemoryBytes(new Uint8Array(0)),
};

/**
 * A numpy array of a pickle. Its numbers stay in the file until rows are asked for; every numeric type, byte order and memory
 * order is converted on the way. Texts, bytes and objects come out of `values()`.
 */
export class PickledArray implements RowSource {
  private layout = NOTHING.layout;
  private type = NOTHING.type;
  private content = NOTHING.content;

  /** @internal Sets what the array is; the reader checks the sizes first. */
  define(layout: Layout, type: ElementType, content: ArrayContent): void {
    this.layout = layout;
    this.type = type;
    this.content = content;
  }

  get shape(): readonly number[] {
    return this.layout.shape;
  }

  get dtype(): string {
    return elementTypeName(this.type);
  }

  /** The number of elements. */
  get size(): number {
    return product(this.shape);
  }

  get isNumeric(): boolean {
    return isNumeric(this.type);
  }

  /**
   * Writes row `rows[i]` (one index of the first axis) to `out` from `i * rowLength`; rows may repeat and come in any order.
   * @throws TypeError if the elements aren't numbers or there is no first axis, RangeError if a row isn't there or `out` is too short.
   */
  readRows(rows: ArrayLike<number>, out: Float32Array): void {
    const numbers = this.strided();
    const [count] = this.shape;
    if (count === undefined) throw new TypeError(`Cannot read rows as the array must have axes: got ${this}.`);
    for (let i = 0; i < rows.length; i++) {
      if (!(Number.isInteger(rows[i]) && rows[i]! >= 0 && rows[i]! < count)) {
        throw new RangeError(
          `Cannot read rows of ${this} as each must be an integer in [0, ${count}): got ${rows[i]}.`,
        );
      }
    }
    if (out.length < rows.length * numbers.rowLength) {
      throw new RangeError(
        `Cannot read ${rows.length} rows of ${this} as out must hold ${rows.length * numbers.rowLength} numbers: got ${out.length}.`,
      );
    }
    numbers.read(rows, out);
  }

  /** Every number, in C order. */
  readAll(): Float32Array {
    return this.readInto(new Float32Array(this.size));
  }

  /** Every number in double precision, in C order. */
  numbers(): Float64Array {
    return this.readInto(new Float64Array(this.size));
  }

  /** Every element in C order: texts, bytes, objects or numbers. */
  values(): PickleValue[] {
    // a damaged pickle may have changed the list since
    if (Array.isArray(this.content)) return this.content.slice(0, this.size);
    if (isNumeric(this.type)) return Array.from(this.numbers());
    const { kind, size } = this.type;
    if ((kind !== 'U' && kind !== 'S') || size === 0) {
      throw new TypeError(`Cannot read values of ${this} as its elements must be numbers, texts, bytes or objects.`);
    }
    const bytes = new Uint8Array(this.size * size);
    this.source().read(0, bytes);
    toHostOrder(bytes, this.type);
    return Array.from(elementOffsets(this.layout), (offset) => {
      if (kind === 'U') return decodeUcs4(new Uint32Array(bytes.buffer, offset * size, size / 4));
      let end = (offset + 1) * size;
      while (end > offset * size && bytes[end - 1] === 0) end--;
      return bytes.slice(offset * size, end);
    });
  }

  toString(): string {
    return `${this.dtype} array [${this.shape.join(', ')}]`;
  }

  private readInto<A extends NumberArray>(out: A): A {
    const numbers = this.strided();
    const { shape, strides } = this.layout;
    if (out.length === 0) return out;
    const isCOrder = stridesOf(shape, 'C').every((stride, axis) => stride === strides[axis]);
    if (isCOrder) numbers.readRun(0, out.length, out, 0);
    else
      numbers.read(
        Uint32Array.from({ length: shape[0]! }, (_, i) => i),
        out,
      );
    return out;
  }

  private strided(): StridedRows {
    if (!isNumeric(this.type)) {
      throw new TypeError(
        `Cannot read numbers of ${this} as its type must be bool, int8..64, uint8..64 or float16..64: got ${this.dtype}.`,
      );
    }
    return new StridedRows(this.source(), this.type, this.layout);
  }

  private source(): ByteSource {
    if (Array.isArray(this.content)) throw new TypeError(`Cannot read bytes of ${this} as it must not hold objects.`);
    return this.content as ByteSource;
  }
}

/** An element type as numpy pickles it: built from a code, then told its byte order. */
export class PickledType {
  private constructor(private current: ElementType) {}

  static of(code: string): PickledType | undefined {
    const type = parseElementType(code);
    return type && new PickledType(type);
  }

  get element(): ElementType {
    return this.current;
  }

  /** @internal */
  setByteOrder(order: string): void {
    this.current = { ...this.current, bigEndian: order === '>' };
  }
}
