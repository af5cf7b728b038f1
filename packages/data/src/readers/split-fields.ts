import { PickledArray } from './pickle/pickled-array';
import { describeValue, type PickleValue, textOf } from './pickle/values';

/** The fields of one split of a feature file, taken out by key and checked; errors name file, split and key. */
export class SplitFields {
  constructor(
    private readonly path: string,
    readonly split: string,
    private readonly fields: ReadonlyMap<PickleValue, PickleValue>,
  ) {}

  /** Whether the key is there with a value. */
  has(key: string): boolean {
    return (this.fields.get(key) ?? null) !== null;
  }

  /** Sequences `[n, t, d]` of numbers, which stay in the file. */
  features(key: string): PickledArray {
    const array = this.fields.get(key);
    const isWanted =
      array instanceof PickledArray &&
      array.isNumeric &&
      array.shape.length === 3 &&
      array.shape.every((size) => size > 0);
    if (!isWanted) throw this.problem(key, 'must be numbers [samples, steps, features], none of them 0', array);
    return array;
  }

  /** One number a sample: a list, or an array `[n]` with or without trailing axes of 1. */
  numbers(key: string, count: number): Float64Array {
    const value = this.fields.get(key);
    if (value instanceof PickledArray && value.isNumeric) {
      const [length, ...rest] = value.shape;
      if (length !== count || rest.some((size) => size !== 1)) {
        throw this.problem(key, `must hold one number for each of ${count} samples`, value);
      }
      return value.numbers();
    }
    const items = value instanceof PickledArray && value.dtype === 'object' ? value.values() : value;
    if (!Array.isArray(items) || items.length !== count) {
      throw this.problem(key, `must hold one number for each of ${count} samples`, value);
    }
    return Float64Array.from(items, (item, row) => {
      const number = item instanceof PickledArray && item.isNumeric && item.size === 1 ? item.numbers()[0] : item;
      if (typeof number !== 'number') throw this.problem(`${key}[${row}]`, 'must be a number', item);
      return number;
    });
  }

  /** One text a sample: a list or array of texts or bytes. */
  texts(key: string, count: number): string[] {
    return this.tuples(key, count).map((parts, row) => {
      if (parts.length !== 1) throw this.problem(`${key}[${row}]`, 'must be one text', parts);
      return parts[0]!;
    });
  }

  /** One or more texts or numbers a sample, as text: a list, or an array `[n, k]`, or a list of lists. */
  tuples(key: string, count: number): string[][] {
    const value = this.fields.get(key);
    const length = value instanceof PickledArray ? value.shape[0] : Array.isArray(value) && value.length;
    if (length !== count) throw this.problem(key, `must hold a value for each of ${count} samples`, value);
    const items = value instanceof PickledArray ? value.values() : (value as PickleValue[]);
    const width = items.length / count;
    return Array.from({ length: count }, (_, row) =>
      items.slice(row * width, (row + 1) * width).flatMap((item) => this.partsOf(key, row, item)),
    );
  }

  /** An error about one field, in the house form. */
  problem(key: string, requirement: string, got: PickleValue | undefined): TypeError {
    return new TypeError(this.message(key, requirement, describeValue(got)));
  }

  /** An error about the values of one field, in the house form. */
  rangeProblem(key: string, requirement: string, got: string): RangeError {
    return new RangeError(this.message(key, requirement, got));
  }

  private partsOf(key: string, row: number, item: PickleValue): string[] {
    const parts = item instanceof PickledArray ? item.values() : Array.isArray(item) ? item : [item];
    return parts.map((part) => {
      const text = typeof part === 'number' || typeof part === 'bigint' ? `${part}` : textOf(part);
      if (text === undefined) throw this.problem(`${key}[${row}]`, 'must be a text', part);
      return text;
    });
  }

  private message(key: string, requirement: string, got: string): string {
    return `Cannot read ${this.path} as ${this.split}.${key} ${requirement}: got ${got}.`;
  }
}
