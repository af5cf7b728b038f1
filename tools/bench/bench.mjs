// How fast we are and how much memory we take, against PyTorch, in one run: `node tools/bench/bench.mjs step --json FILE`; see README.md.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bundleWorkloads } from './lib/bundle.mjs';
import { measure } from './lib/measure.mjs';
import { findPython } from './lib/python.mjs';

const BATCH_SIZES = { step: [32], infer: [1, 64] };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    python: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '1,2' },
    widths: { type: 'string' },
    workload: { type: 'string', default: 'encoder,mosi,unaligned' },
  },
});
const command = positionals[0] ?? 'step';
const bundled = await bundleWorkloads();
const bench = { ...bundled, python: findPython(values.python) };
const results = [];
for (const workload of values.workload.split(',')) {
  const widths = values.widths?.split(',').map(Number) ?? bench.workloads[workload].widths;
  for (const d of widths) {
    for (const threads of values.threads.split(',').map(Number)) {
      for (const size of BATCH_SIZES[command])
        results.push(await measure(bench, command, { workload, d, size, threads }, { rounds: Number(values.rounds) }));
    }
  }
}
if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
