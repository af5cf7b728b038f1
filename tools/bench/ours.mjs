// Our side in a process of its own, which waits between its turns: one line of JSON with the setting, then one command a line
// (`step 5`, `check 4`, `infer 5`, `memory`, `close`), each answered by a line of JSON.
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { bundle, workload, ...options } = JSON.parse((await lines.next()).value);
const { createRunner, workloads } = await import(pathToFileURL(bundle).href);
const runner = createRunner(workloads[workload], options);

for await (const line of lines) {
  const [command, count] = line.split(' ');
  if (command === 'close') break;
  console.log(JSON.stringify(command === 'memory' ? memory() : await timed(runner[command], Number(count))));
}
runner.dispose();
process.stdin.destroy();

async function timed(action, count) {
  const ms = [];
  const values = [];
  for (let i = 0; i < count; i++) {
    const began = performance.now();
    values.push(await action());
    ms.push(performance.now() - began);
  }
  return { ms, values };
}

/** Resident memory in MB, now and at its highest. */
function memory() {
  const now = process.memoryUsage.rss() / 2 ** 20;
  const peak = process.resourceUsage().maxRSS / 2 ** 10;
  return { now, peak };
}
