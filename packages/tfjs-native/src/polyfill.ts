import util from 'node:util';

const isObject = (value: unknown): boolean => value !== null && typeof value === 'object';

/** What Node 23 removed from `node:util`, and `isArray`, which is deprecated with them: each as Node 22 has it. */
const REMOVED = {
  isArray: Array.isArray,
  isBoolean: (value: unknown) => typeof value === 'boolean',
  isBuffer: (value: unknown) => Buffer.isBuffer(value),
  isDate: (value: unknown) => util.types.isDate(value),
  isError: (value: unknown) => util.types.isNativeError(value) || value instanceof Error,
  isFunction: (value: unknown) => typeof value === 'function',
  isNull: (value: unknown) => value === null,
  isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  isNumber: (value: unknown) => typeof value === 'number',
  isObject,
  isPrimitive: (value: unknown) => value === null || (typeof value !== 'object' && typeof value !== 'function'),
  isRegExp: (value: unknown) => util.types.isRegExp(value),
  isString: (value: unknown) => typeof value === 'string',
  isSymbol: (value: unknown) => typeof value === 'symbol',
  isUndefined: (value: unknown) => value === undefined,
} as const;

/**
 * Gives `node:util` back what newer versions of Node took out of it, where it is missing.
 *
 * tfjs-node 4.22 calls `isNullOrUndefined` for the attributes of nearly every kernel: without it, it loads on Node 23 and later and fails at
 * the first product. To be called before or after it is loaded.
 *
 * @param target For tests; else the object that `require('util')` returns.
 * @returns The names that were missing.
 * @example restoreRemovedUtil(); await import('@tensorflow/tfjs-node');
 */
export function restoreRemovedUtil(target: object = util): string[] {
  const missing = Object.entries(REMOVED).filter(([name]) => !(name in target));
  Object.assign(target, Object.fromEntries(missing));
  return missing.map(([name]) => name);
}
