import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { restoreRemovedUtil } from './polyfill';

type Predicates = Record<string, (value: unknown) => boolean>;

test('what is missing comes back, what is there stays', () => {
  const own = () => true;
  const target = { isString: own };
  const restored = restoreRemovedUtil(target);
  expect(restored).toContain('isNullOrUndefined');
  expect(restored).not.toContain('isString');
  expect(target.isString).toBe(own);
  expect(restoreRemovedUtil(target)).toEqual([]);
});

test.each<[string, unknown[], unknown[]]>([
  ['isArray', [[]], [{ length: 0 }]],
  ['isBoolean', [false], [0, new Boolean(false)]],
  ['isBuffer', [Buffer.alloc(1)], [new Uint8Array(1)]],
  ['isDate', [new Date()], [Date.now()]],
  ['isError', [new TypeError('x')], [{ message: 'x' }]],
  ['isFunction', [() => 0, class {}], [{}]],
  ['isNull', [null], [undefined, 0]],
  ['isNullOrUndefined', [null, undefined], [0, '', false]],
  ['isNumber', [0, Number.NaN], ['0']],
  ['isObject', [{}, []], [null, () => 0]],
  ['isPrimitive', [null, undefined, 'a', 1, Symbol.iterator], [{}, () => 0]],
  ['isRegExp', [/a/], ['a']],
  ['isString', [''], [0]],
  ['isSymbol', [Symbol.iterator], ['a']],
  ['isUndefined', [undefined], [null]],
])('%s says what it said in Node', (name, yes, no) => {
  const target: Predicates = {};
  restoreRemovedUtil(target);
  for (const value of yes) expect(target[name]!(value), String(value)).toBe(true);
  for (const value of no) expect(target[name]!(value), String(value)).toBe(false);
});

test('a package that requires util sees them', () => {
  restoreRemovedUtil();
  const util: Predicates = createRequire(import.meta.url)('util');
  expect(util['isNullOrUndefined']!(undefined)).toBe(true);
});
