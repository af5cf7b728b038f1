import { expect, test } from 'vitest';
import { count } from './count.mjs';

const good = { numPassedTests: 5, numFailedTests: 0, success: true };
const bad = { numPassedTests: 2, numFailedTests: 3, success: false };
const steps = (test, demo, check) => [`test=${test}`, `demo=${demo}`, `check=${check}`];

test.each([
  ['all is well', [good, good], steps(0, 0, 0), { passed: 11, failed: 0 }],
  ['tests fail', [good, bad], steps(1, 0, 0), { passed: 8, failed: 3 }],
  ['the demo fails', [good], steps(0, 1, 0), { passed: 5, failed: 1 }],
  [
    'a file does not load',
    [{ numPassedTests: 0, numFailedTests: 0, success: false }],
    steps(1, 0, 0),
    { passed: 1, failed: 1 },
  ],
  ['tests never ran', [], steps(1, 0, 0), { passed: 1, failed: 1 }],
  ['a check fails', [good, { numPassedTests: 7, numFailedTests: 1 }], steps(0, 0, 1), { passed: 13, failed: 1 }],
])('%s', (_, results, statuses, wanted) => expect(count(results, statuses)).toEqual(wanted));
