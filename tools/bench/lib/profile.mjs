import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCRATCH } from './bundle.mjs';
import { ours } from './contender.mjs';
import { settingsOf } from './settings.mjs';
import { quartiles } from './statistics.mjs';

const WARM_STEPS = 3;
const ROUNDS = 4;
const STEPS = 5;
/** Kinds of operations, the first that matches; what matches none counts as element by element. */
const KINDS = {
  products: /MatMul|Gemm/,
  layout: /Reshape|Transpose|Split|Concat|Slice|Squeeze|Expand|Tile|Pad|Gather|Shape/,
  reductions: /Reduce|Softmax|Normalization/,
  elementwise: /./,
};

/** Where a step of ours spends its time, by ONNX Runtime's own profiler, on one thread. */
export async function profileSteps(bench, options) {
  const results = [];
  for (const { workload, d } of settingsOf(bench, options)) {
    const folder = mkdtempSync(join(SCRATCH, 'profile-'));
    const session = { enableProfiling: true, profileFilePrefix: join(folder, 'ort') };
    const profiled = ours({ workload, d, size: 32, threads: 1, session });
    const plain = ours({ workload, d, size: 32, threads: 1 });
    for (const side of [profiled, plain]) await side.ask(`step ${WARM_STEPS}`);
    const plainMs = [];
    for (let i = 0; i < ROUNDS; i++) {
      // in turns, as in every comparison
      await profiled.ask(`step ${STEPS}`);
      plainMs.push(...(await plain.ask(`step ${STEPS}`)).ms);
    }
    for (const side of [profiled, plain]) await side.close();
    const [file] = readdirSync(folder);
    const result = {
      workload,
      d,
      plainMs: quartiles(plainMs).median,
      ...summarize(JSON.parse(readFileSync(join(folder, file), 'utf8'))),
    };
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
  const byKind = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, 0]));
  for (const { op, ms } of sorted) byKind[Object.keys(KINDS).find((kind) => KINDS[kind].test(op))] += ms;
  return {
    profiledMs: counted.reduce((sum, { dur }) => sum + dur / 1000, 0) / counted.length,
    kernelsMs: total,
    productsMs: byKind.products,
    byKind,
    ops: sorted.map(({ op, ms, nodes }) => ({ op, ms, share: ms / total, nodes: Math.round(nodes) })),
  };
}

function print({ workload, d, plainMs, profiledMs, productsMs, ops }) {
  console.log(
    `${workload} profile d=${d}: ${plainMs.toFixed(1)} ms a step, ${profiledMs.toFixed(1)} under the profiler, ${productsMs.toFixed(1)} in matrix products`,
  );
  for (const { op, ms, share, nodes } of ops.slice(0, 12)) {
    console.log(
      `  ${op.padEnd(24)} ${ms.toFixed(2).padStart(8)} ms ${(100 * share).toFixed(1).padStart(5)} % ${nodes} nodes`,
    );
  }
}
