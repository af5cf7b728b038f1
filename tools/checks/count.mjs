// Sums the results that vitest and the checks wrote to TEST_RESULTS, and prints `N passed, N failed`.
// Arguments: the exit status of each step; a step that failed without a failed test of its own counts as one.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** @param statuses `name=status`; `demo=0` is one more that passed. */
export function count(results, statuses) {
  let passed = results.reduce((sum, { numPassedTests }) => sum + numPassedTests, 0);
  // a file that does not load has no failed test, but no success either
  let failed = results.reduce(
    (sum, each) => sum + (each.success === false ? each.numFailedTests || 1 : each.numFailedTests),
    0,
  );
  for (const each of statuses) {
    const [name, status] = each.split('=');
    if (name === 'demo') {
      if (status === '0') passed++;
      else failed++;
    } else if (status !== '0' && failed === 0) failed++;
  }
  return { passed, failed };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = process.env.TEST_RESULTS;
  const results = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
  const { passed, failed } = count(results, process.argv.slice(2));
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
}
