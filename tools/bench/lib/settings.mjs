import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCRATCH } from './bundle.mjs';
import { ours, torch } from './contender.mjs';

/**
 * Processes for both sides of a workload, with the same weights and the same batch; PyTorch's as asked for.
 *
 * @param batches What the mirror gets, one batch of the workload unless told.
 */
export function contenders(bench, { workload, d, size, threads, inference = false, data }, torches, batches) {
  const { workloads, mirrorArrays, python } = bench;
  const described = workloads[workload];
  const sides = [ours({ workload, d, size, threads, ...(data ? { data } : {}) })];
  if (!python || torches.length === 0) return sides;
  const inputs = batches ?? [described.batch(size)];
  const file = join(SCRATCH, 'arrays.safetensors');
  writeFileSync(file, mirrorArrays(described.learner(d, true), inputs));
  const setting = { ...described.mirror(d), ...described.training, file, batches: inputs.length, threads, inference };
  for (const kind of torches) sides.push(torch(python, { ...setting, compile: kind === 'compile' }));
  return sides;
}

/** Every workload at each of its widths. */
export function settingsOf({ workloads }, { workload, widths }) {
  return workload.flatMap((name) => (widths ?? workloads[name].widths).map((d) => ({ workload: name, d })));
}
