import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE } from './bundle.mjs';
import { ours } from './contender.mjs';
import { settingsOf } from './settings.mjs';

const WARM_STEPS = 3;
const STEPS = 20;
const PRODUCT = /MatMul|Gemm/;

/** Where a step of ours spends its time, by ONNX Runtime's own profiler, on one thread. */
export async function profileSteps(bench, options) {
  const results = [];
  for (const { workload, d } of settingsOf(bench, options)) {
    const folder = mkdtempSync(join(CACHE, 'profile-'));
    const session = { enableProfiling: true, profileFilePrefix: join(folder, 'ort') };
    const side = ours({ workload, d, size: 32, threads: 1, session });
    await side.ask(`step ${WARM_STEPS + STEPS}`);
    await side.close();
    const [file] = readdirSync(folder);
    const result = { workload, d, ...summarize(JSON.parse(readFileSync(join(folder, file), 'utf8'))) };
    rmSync(folder, { recursive: true });
    print(result);
    results.push(result);
  }
  return results;
}

/** Means over the steps after the first ones, of events as the profiler writes them. */
function summarize(events) {
  const runs = events.filter(({ name }) => name === 'model_run').sort((a, b) => a.ts - b.ts);
  const counted = runs.slice(WARM_STEPS);
  const from = counted[0].ts;
  const ops = new Map();
  for (const { cat, name, ts, dur, args } of events) {
    if (cat !== 'Node' || !name.endsWith('_kernel_time') || ts < from) continue;
    const op = ops.get(args.op_name) ?? { op: args.op_name, ms: 0, nodes: 0 };
    op.ms += dur / 1000 / counted.length;
    op.nodes += 1 / counted.length;
    ops.set(op.op, op);
  }
  const sorted = [...ops.values()].sort((a, b) => b.ms - a.ms);
  const total = sorted.reduce((sum, { ms }) => sum + ms, 0);
  const products = sorted.filter(({ op }) => PRODUCT.test(op)).reduce((sum, { ms }) => sum + ms, 0);
  return {
    stepMs: counted.reduce((sum, { dur }) => sum + dur / 1000, 0) / counted.length,
    kernelsMs: total,
    productsMs: products,
    productShare: products / total,
    ops: sorted.map(({ op, ms, nodes }) => ({ op, ms, share: ms / total, nodes: Math.round(nodes) })),
  };
}

function print({ workload, d, stepMs, kernelsMs, productShare, ops }) {
  console.log(
    `${workload} profile d=${d}: ${stepMs.toFixed(1)} ms a step, ${kernelsMs.toFixed(1)} in kernels, ${(100 * productShare).toFixed(0)} % of them matrix products`,
  );
  for (const { op, ms, share, nodes } of ops.slice(0, 12)) {
    console.log(
      `  ${op.padEnd(24)} ${ms.toFixed(2).padStart(8)} ms ${(100 * share).toFixed(1).padStart(5)} % ${nodes} nodes`,
    );
  }
}
