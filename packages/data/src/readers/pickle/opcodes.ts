import { Malformed } from './errors';
import { buildObject, callGlobal, findGlobal } from './globals';
import type { PickleMachine } from './machine';
import { takeBytes, takeText } from './payload';
import { describeValue, type PickleValue, textOf } from './values';

type Action = (machine: PickleMachine) => void;
export type Opcode = { readonly name: string; readonly run: Action };

const MAX_LINE = 1024;
const MAX_INTEGER_BYTES = 1024;

/**
 * Every opcode that pickles of protocols 2 to 5 hold, and what it does here. Left out on purpose: those that build objects of classes
 * (OBJ, INST, NEWOBJ), extensions, persistent ids and out-of-band buffers; they are named so that errors can name them.
 */
const TABLE: readonly [code: number, name: string, run: Action][] = [
  [0x80, 'PROTO', ({ cursor }) => checkProtocol(cursor.u8())],
  [0x95, 'FRAME', ({ cursor }) => void cursor.u64()],
  [0x28, 'MARK', (m) => m.mark()],
  [0x30, 'POP', (m) => m.discard()],
  [0x31, 'POP_MARK', (m) => void m.popMark()],
  [0x32, 'DUP', (m) => m.push(m.top())],

  [0x4e, 'NONE', (m) => m.push(null)],
  [0x88, 'NEWTRUE', (m) => m.push(true)],
  [0x89, 'NEWFALSE', (m) => m.push(false)],
  [0x4b, 'BININT1', (m) => m.push(m.cursor.u8())],
  [0x4d, 'BININT2', (m) => m.push(m.cursor.u16())],
  [0x4a, 'BININT', (m) => m.push(m.cursor.i32())],
  // Python 2 writes integers beyond 32 bits as text, in protocol 2 as well
  [0x49, 'INT', (m) => m.push(integerOf(m.cursor.line(MAX_LINE)))],
  [0x4c, 'LONG', (m) => m.push(integerOf(m.cursor.line(MAX_LINE)))],
  [0x8a, 'LONG1', (m) => m.push(longOf(m, m.cursor.u8()))],
  [0x8b, 'LONG4', (m) => m.push(longOf(m, m.cursor.u32()))],
  [0x47, 'BINFLOAT', (m) => m.push(m.cursor.f64())],

  [0x55, 'SHORT_BINSTRING', (m) => m.push(takeBytes(m.cursor, m.cursor.u8()))],
  [0x54, 'BINSTRING', (m) => m.push(takeBytes(m.cursor, m.cursor.u32()))],
  [0x43, 'SHORT_BINBYTES', (m) => m.push(takeBytes(m.cursor, m.cursor.u8()))],
  [0x42, 'BINBYTES', (m) => m.push(takeBytes(m.cursor, m.cursor.u32()))],
  [0x8e, 'BINBYTES8', (m) => m.push(takeBytes(m.cursor, m.cursor.u64()))],
  [0x96, 'BYTEARRAY8', (m) => m.push(takeBytes(m.cursor, m.cursor.u64()))],
  [0x8c, 'SHORT_BINUNICODE', (m) => m.push(takeText(m.cursor, m.cursor.u8()))],
  [0x58, 'BINUNICODE', (m) => m.push(takeText(m.cursor, m.cursor.u32()))],
  [0x8d, 'BINUNICODE8', (m) => m.push(takeText(m.cursor, m.cursor.u64()))],
  [0x98, 'READONLY_BUFFER', () => {}],

  [0x29, 'EMPTY_TUPLE', (m) => m.push([])],
  [0x85, 'TUPLE1', (m) => m.push(m.popMany(1))],
  [0x86, 'TUPLE2', (m) => m.push(m.popMany(2))],
  [0x87, 'TUPLE3', (m) => m.push(m.popMany(3))],
  [0x74, 'TUPLE', (m) => m.push(m.popMark())],
  [0x5d, 'EMPTY_LIST', (m) => m.push([])],
  [0x6c, 'LIST', (m) => m.push(m.popMark())],
  [0x61, 'APPEND', (m) => m.appendTo(m.popMany(1))],
  [0x65, 'APPENDS', (m) => m.appendTo(m.popMark())],
  [0x7d, 'EMPTY_DICT', (m) => m.push(new Map())],
  [0x64, 'DICT', (m) => pushThen(m, new Map(), m.popMark(), (items) => m.setItems(items))],
  [0x73, 'SETITEM', (m) => m.setItems(m.popMany(2))],
  [0x75, 'SETITEMS', (m) => m.setItems(m.popMark())],
  [0x8f, 'EMPTY_SET', (m) => m.push(new Set())],
  [0x90, 'ADDITEMS', (m) => m.addTo(m.popMark())],
  [0x91, 'FROZENSET', (m) => m.push(new Set(m.popMark()))],

  [0x71, 'BINPUT', (m) => m.remember(m.cursor.u8())],
  [0x72, 'LONG_BINPUT', (m) => m.remember(m.cursor.u32())],
  [0x94, 'MEMOIZE', (m) => m.rememberNext()],
  [0x68, 'BINGET', (m) => m.recall(m.cursor.u8())],
  [0x6a, 'LONG_BINGET', (m) => m.recall(m.cursor.u32())],

  [0x63, 'GLOBAL', (m) => m.push(findGlobal(m.cursor.line(MAX_LINE), m.cursor.line(MAX_LINE)))],
  [0x93, 'STACK_GLOBAL', (m) => m.push(findGlobal(...namesOf(m.popMany(2))))],
  [0x52, 'REDUCE', (m) => callTop(m, m.pop())],
  [0x62, 'BUILD', (m) => buildTop(m, m.pop())],
];

const REFUSED: Readonly<Record<number, string>> = {
  ...{ 70: 'FLOAT', 83: 'STRING', 86: 'UNICODE', 80: 'PERSID', 81: 'BINPERSID', 103: 'GET', 112: 'PUT' },
  ...{ 105: 'INST', 111: 'OBJ', 129: 'NEWOBJ', 146: 'NEWOBJ_EX', 130: 'EXT1', 131: 'EXT2', 132: 'EXT4' },
  ...{ 151: 'NEXT_BUFFER' },
};

export const STOP = 0x2e;
export const PROTO = 0x80;

/** Opcodes by their code. */
export const OPCODES: readonly (Opcode | undefined)[] = TABLE.reduce<(Opcode | undefined)[]>(
  (all, [code, name, run]) => {
    all[code] = { name, run };
    return all;
  },
  new Array(256),
);

/** The name of an opcode for errors, known or not. */
export function opcodeName(code: number): string {
  if (code === STOP) return 'STOP';
  return OPCODES[code]?.name ?? REFUSED[code] ?? `opcode 0x${code.toString(16).padStart(2, '0')}`;
}

function checkProtocol(protocol: number): void {
  if (protocol < 2 || protocol > 5) throw new Malformed('the protocol must be 2 to 5', `${protocol}`);
}

function integerOf(line: string): PickleValue {
  if (line === '00' || line === '01') return line === '01';
  if (!/^[+-]?\d+L?$/.test(line)) throw new Malformed('an integer must be decimal', `'${line.slice(0, 40)}'`);
  return narrow(BigInt(line.replace('L', '').replace('+', '')));
}

/** A little-endian integer in two's complement. */
function longOf({ cursor }: PickleMachine, length: number): PickleValue {
  if (length > MAX_INTEGER_BYTES)
    throw new Malformed(`an integer must have at most ${MAX_INTEGER_BYTES} bytes`, `${length}`);
  if (length === 0) return 0;
  const hex = Buffer.from(cursor.take(length)).reverse().toString('hex');
  return narrow(BigInt.asIntN(8 * length, BigInt(`0x${hex}`)));
}

function narrow(integer: bigint): number | bigint {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}

function namesOf([module, name]: readonly PickleValue[]): [string, string] {
  const names = [textOf(module), textOf(name)] as const;
  if (names[0] === undefined || names[1] === undefined) {
    throw new Malformed('a global must be named by two texts', `${describeValue(module)} and ${describeValue(name)}`);
  }
  return [names[0], names[1]];
}

function pushThen<T>(machine: PickleMachine, value: PickleValue, items: T, then: (items: T) => void): void {
  machine.push(value);
  then(items);
}

function callTop(machine: PickleMachine, args: PickleValue): void {
  const callee = machine.pop();
  machine.spend(args);
  machine.push(callGlobal(callee, args));
}

function buildTop(machine: PickleMachine, state: PickleValue): void {
  buildObject(machine.top(), state);
}
