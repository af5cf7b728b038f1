import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { HERE } from './bundle.mjs';
import { contenders, settingsOf } from './settings.mjs';
import { quartiles, spreadText } from './statistics.mjs';

const STARTS = 15;
const COMPILATIONS = 5;

/** How long `trimodal --help` takes, and the first step of each workload in a fresh process: tracing, optimising, loading, one step. */
export async function measureStartup(bench, options) {
  const program = join(HERE, '../../packages/trimodal/bin/trimodal.js');
  const starts = Array.from({ length: STARTS }, () => {
    const began = performance.now();
    const { status } = spawnSync(process.execPath, [program, '--help']);
    if (status !== 0)
      throw new Error(`Cannot measure its start as trimodal --help must succeed: it ended with ${status}.`);
    return performance.now() - began;
  });
  const helpMs = quartiles(starts);
  console.log(`trimodal --help: ${spreadText(helpMs, 'ms', 0)}`);
  const compile = [];
  for (const { workload, d } of settingsOf(bench, options)) {
    const times = [];
    for (let i = 0; i < COMPILATIONS; i++) {
      const [side] = contenders(bench, { workload, d, size: 32, threads: 1 }, []);
      times.push((await side.ask('step 1')).ms[0]);
      await side.close();
    }
    compile.push({ workload, d, ms: quartiles(times) });
    console.log(`${workload} first step d=${d}: ${spreadText(quartiles(times), 'ms', 0)}`);
  }
  return { helpMs, compile };
}
