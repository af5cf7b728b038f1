// How fast we are and how much memory we take, against PyTorch, in one run: `node tools/bench/bench.mjs step --json FILE`; see README.md.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bundleWorkloads, makeScratch } from './lib/bundle.mjs';
import { measureEpochs } from './lib/epoch.mjs';
import { measure } from './lib/measure.mjs';
import { measureMemory } from './lib/memory.mjs';
import { profileSteps } from './lib/profile.mjs';
import { findPython } from './lib/python.mjs';
import { report } from './lib/report.mjs';
import { settingsOf } from './lib/settings.mjs';
import { measureStartup } from './lib/startup.mjs';

const COMMANDS = {
  step: () => measureAll('step', [32]),
  infer: () => measureAll('infer', [1, 64]),
  memory: () => measureMemory(bench, options),
  profile: () => profileSteps(bench, options),
  epoch: () => measureEpochs(bench, options),
  startup: () => measureStartup(bench, options),
  report: () => report(bench, COMMANDS, values.parts?.split(',')),
};
/** Commands that need no PyTorch. */
const OURS_ALONE = ['profile', 'startup'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    json: { type: 'string' },
    parts: { type: 'string' },
    python: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '1,2' },
    widths: { type: 'string' },
    workload: { type: 'string', default: 'encoder,mosi,unaligned' },
  },
});
const command = positionals[0] ?? 'step';
if (!COMMANDS[command]) {
  console.error(
    `Cannot measure ${command} as it must be one of ${Object.keys(COMMANDS).join(', ')}; see tools/bench/README.md.`,
  );
  process.exit(2);
}
const parts = command === 'report' ? (values.parts?.split(',') ?? ['epoch']) : [command];
if (parts.includes('epoch') && !values.data) {
  console.error('Cannot measure an epoch as --data must name a feature file: got none.');
  process.exit(2);
}
const options = {
  data: values.data,
  rounds: Number(values.rounds),
  threads: values.threads.split(',').map(Number),
  widths: values.widths?.split(',').map(Number),
  workload: values.workload.split(','),
};
makeScratch();
const python = OURS_ALONE.includes(command) ? undefined : findPython(values.python);
const bench = { ...(await bundleWorkloads()), python };
const result = await COMMANDS[command]();
if (values.json) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);

async function measureAll(mode, sizes) {
  const results = [];
  for (const setting of settingsOf(bench, options)) {
    for (const threads of options.threads) {
      for (const size of sizes) results.push(await measure(bench, mode, { ...setting, threads, size }, options));
    }
  }
  return results;
}
