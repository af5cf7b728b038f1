import { expect, test } from 'vitest';
import { parseRates } from './parse-rates';

test.each([
  ['0,0.5,0.9', [0, 0.5, 0.9]],
  ['0,0.1,...,0.9', [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]],
  ['0, 0.25, …, 1', [0, 0.25, 0.5, 0.75, 1]],
  ['0.3', [0.3]],
])('%s', (text, rates) => {
  expect(parseRates(text)).toEqual(rates);
});

test.each(['', '0,,1', '1.5', '-0.1', 'a', '...,1', '0,...,1', '0,0.1,...', '0.2,0.1,...,0', '0.5,0', '0.1,0.1'])(
  '"%s" is refused',
  (text) => {
    expect(() => parseRates(text)).toThrow(/Cannot read the rates/);
  },
);
