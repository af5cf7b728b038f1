// Our side in a process of its own, which waits between its turns: one line of JSON with the setting, then one command a line
// (`step 5`, `check 4`, `infer 5`, `epoch 1`, `memory`, `close`), each answered by a line of JSON.
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { bundle, workload, data, ...options } = JSON.parse((await lines.next()).value);
const { createRunner, openEpochs, workloads } = await import(pathToFileURL(bundle).href);
const runner = createRunner(workloads[workload], options);
const epochs = data && (await openEpochs(data));
let epoch = 0;
const actions = { ...runner, epoch: trainEpoch };

for await (const line of lines) {
  const [command, count] = line.split(' ');
  if (command === 'close') break;
  console.log(JSON.stringify(command === 'memory' ? memory() : await timed(actions[command], Number(count))));
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

/** All batches of an epoch, made on the way; the mean of their losses. */
async function trainEpoch() {
  let sum = 0;
  let count = 0;
  for (const batch of epochs(epoch++)) {
    sum += await runner.step(batch);
    count++;
  }
  return sum / count;
}

/** Resident memory in MB, now and at its highest. */
function memory() {
  return { now: process.memoryUsage.rss() / 2 ** 20, peak: process.resourceUsage().maxRSS / 2 ** 10 };
}
