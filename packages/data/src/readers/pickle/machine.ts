import { Malformed } from './errors';
import type { FileCursor } from './file-cursor';
import { describeValue, type PickleValue, textOf } from './values';

/** The stack machine that a pickle's opcodes drive. It holds plain values only. */
export class PickleMachine {
  private readonly stack: PickleValue[] = [];
  /** Where in the stack the open marks lie. */
  private readonly marks: number[] = [];
  private readonly memo: PickleValue[] = [];
  private memoCount = 0;
  /** How much calls may still take: honest pickles write what they pass on, so it can't be much more than the file. */
  private budget: number;

  constructor(readonly cursor: FileCursor) {
    this.budget = 2 * cursor.file.size + 65_536;
  }

  push(value: PickleValue): void {
    this.stack.push(value);
  }

  mark(): void {
    this.marks.push(this.stack.length);
  }

  pop(): PickleValue {
    const value = this.top();
    this.stack.pop();
    return value;
  }

  top(): PickleValue {
    if (this.stack.length <= (this.marks.at(-1) ?? 0))
      throw new Malformed('the stack must hold a value', 'an empty one');
    return this.stack.at(-1)!;
  }

  /** POP: a value, or the mark on top. */
  discard(): void {
    if (this.marks.length > 0 && this.marks.at(-1) === this.stack.length) this.marks.pop();
    else this.pop();
  }

  /** The last `count` values. */
  popMany(count: number): PickleValue[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  /** The values since the last mark, which goes as well. */
  popMark(): PickleValue[] {
    const start = this.marks.pop();
    if (start === undefined) throw new Malformed('a mark must be on the stack', 'none');
    return this.stack.splice(start);
  }

  appendTo(items: readonly PickleValue[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw new Malformed('items must be appended to a list', describeValue(list));
    for (const item of items) list.push(item);
  }

  addTo(items: readonly PickleValue[]): void {
    const set = this.top();
    if (!(set instanceof Set)) throw new Malformed('items must be added to a set', describeValue(set));
    for (const item of items) set.add(item);
  }

  /** @param items key, value, key, value, ... */
  setItems(items: readonly PickleValue[]): void {
    const dict = this.top();
    if (!(dict instanceof Map)) throw new Malformed('items must be set in a dict', describeValue(dict));
    if (items.length % 2 === 1) throw new Malformed('keys and values must come in pairs', `${items.length} values`);
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i]!;
      dict.set(key instanceof Uint8Array ? textOf(key)! : key, items[i + 1]!);
    }
  }

  remember(index: number): void {
    if (this.memo[index] === undefined) this.memoCount++;
    this.memo[index] = this.top();
  }

  rememberNext(): void {
    this.remember(this.memoCount);
  }

  recall(index: number): void {
    const value = this.memo[index];
    if (value === undefined)
      throw new Malformed('a value must have been stored before it is fetched', `memo index ${index}`);
    this.push(value);
  }

  /** Counts what a call is given, so that a small file can't have one large value copied over and over. */
  spend(args: PickleValue): void {
    for (const value of Array.isArray(args) ? args : []) {
      if (typeof value === 'string' || value instanceof Uint8Array || Array.isArray(value)) this.budget -= value.length;
    }
    if (this.budget < 0) throw new Malformed('calls must not be given far more than the file holds', 'too much');
  }

  /** The result: the one value left. */
  finish(): PickleValue {
    const value = this.pop();
    if (this.stack.length > 0 || this.marks.length > 0) {
      throw new Malformed('one value must be left at the end', `${this.stack.length + 1}`);
    }
    return value;
  }
}
