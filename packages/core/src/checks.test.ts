import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { checkPositiveInteger, checkRate, checkShape } from './checks';

test('checkPositiveInteger', () => {
  for (const good of [1, 2, 1e6]) expect(() => checkPositiveInteger('build A', 'n', good)).not.toThrow();
  for (const bad of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => checkPositiveInteger('build Linear', 'inDim', bad)).toThrow(
      new RangeError(`Cannot build Linear as inDim must be a positive integer: got ${bad}.`),
    );
  }
});

test('checkRate', () => {
  for (const good of [0, 0.5, 1]) expect(() => checkRate('build A', 'rate', good)).not.toThrow();
  for (const bad of [-0.1, 1.1, Number.NaN]) {
    expect(() => checkRate('build Dropout', 'rate', bad)).toThrow(
      new RangeError(`Cannot build Dropout as rate must lie in [0, 1]: got ${bad}.`),
    );
  }
});

describe('checkShape', () => {
  const tensor = tf.zeros([2, 3, 4]);

  test('null matches any size', () => {
    expect(() => checkShape('fuse', 'tokens', tensor, [2, null, 4])).not.toThrow();
    expect(() => checkShape('fuse', 'loss', tf.scalar(1), [])).not.toThrow();
  });

  test('a wrong rank is a TypeError', () => {
    expect(() => checkShape('fuse', 'tokens', tensor, [null, 3])).toThrow(
      new TypeError('Cannot fuse as tokens must have rank 2, shape [?, 3]: got [2, 3, 4].'),
    );
  });

  test('a wrong size is a RangeError', () => {
    expect(() => checkShape('fuse', 'tokens', tensor, [null, 3, 5])).toThrow(
      new RangeError('Cannot fuse as tokens must have shape [?, 3, 5]: got [2, 3, 4].'),
    );
  });
});
