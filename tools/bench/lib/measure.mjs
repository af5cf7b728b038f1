import { setTimeout } from 'node:timers/promises';
import { busyCores, waitForQuiet } from './machine.mjs';
import { contenders } from './settings.mjs';
import { quartiles, spreadText } from './statistics.mjs';

/** Threads of the other side go on spinning for a while after a step. */
const PAUSE_MS = 60;
const TURN_MS = 1000;
const CHECKED_STEPS = 5;

/**
 * Times of training steps (`step`) or predictions (`infer`), side by side in one run.
 *
 * The sides take turns, so that a change of the machine's load meets all alike; the first call of a turn isn't counted, as the other
 * side has emptied the caches.
 */
export async function measure(bench, mode, setting, { rounds }) {
  const busyBefore = await waitForQuiet(setting.threads);
  const sides = contenders(bench, { ...setting, inference: mode === 'infer' }, ['eager', 'compile']);
  const { hasDropout } = bench.workloads[setting.workload];
  const losses = {};
  const firstMs = {};
  const perTurn = {};
  for (const side of sides) {
    // without dropout, as the sides draw different masks; where there is some, torch.compile would compile two steps
    if (mode === 'step' && !(hasDropout && side.name === 'torchCompile')) {
      losses[side.name] = (await side.ask(`check ${CHECKED_STEPS}`))?.values;
    }
    const first = await side.ask(`${mode} 1`);
    firstMs[side.name] = first?.ms[0] ?? null;
    const warm = await side.ask(`${mode} 3`);
    if (mode === 'infer') losses[side.name] = first?.values;
    perTurn[side.name] = Math.max(1, Math.min(5, Math.round(TURN_MS / (warm?.ms.at(-1) ?? TURN_MS))));
  }
  const times = Object.fromEntries(sides.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, ask } of sides) {
      await setTimeout(PAUSE_MS);
      times[name].push(...((await ask(`${mode} ${1 + perTurn[name]}`))?.ms.slice(1) ?? []));
    }
  }
  for (const side of sides) await side.close();
  const busyAfter = await busyCores();
  const spread = Object.fromEntries(Object.entries(times).map(([name, ms]) => [name, quartiles(ms)]));
  const { workload, d, size, threads } = setting;
  const result = {
    workload,
    mode,
    d,
    batch: size,
    threads,
    trimodalMs: spread.trimodal.median,
    torchEagerMs: spread.torchEager?.median ?? null,
    torchCompileMs: spread.torchCompile?.median ?? null,
    spread,
    samples: times.trimodal.length,
    firstMs,
    losses,
    lossDifference: largestDifference(losses),
    busyCores: Math.max(busyBefore, busyAfter),
  };
  console.log(summary(result));
  return result;
}

/** Of our values to either of PyTorch's, or null where there is none. */
function largestDifference({ trimodal, ...torches }) {
  const theirs = Object.values(torches).filter(Boolean);
  if (theirs.length === 0) return null;
  return Math.max(...theirs.flatMap((values) => values.map((value, i) => Math.abs(value - trimodal[i]))));
}

function summary({ workload, mode, d, batch, threads, spread, lossDifference, busyCores }) {
  const times = Object.entries(spread).map(([name, quartiles]) => `${name} ${spreadText(quartiles)}`);
  const ratio = spread.torchEager?.median && (spread.torchEager.median / spread.trimodal.median).toFixed(2);
  const compared = ratio ? `; ${ratio} times PyTorch eager, values differ by ${lossDifference?.toExponential(1)}` : '';
  return `${workload} ${mode} d=${d} batch=${batch} threads=${threads}: ${times.join(', ')}${compared}; others ${busyCores.toFixed(1)} cores`;
}
