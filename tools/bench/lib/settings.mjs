import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE } from './bundle.mjs';
import { ours, torch } from './contender.mjs';

/** Both sides of a workload, with the same weights and the same batch; PyTorch's as asked for. */
export function contenders(
  { workloads, mirrorArrays, python },
  { workload, d, size, threads, inference = false },
  torches,
) {
  const described = workloads[workload];
  const sides = [ours({ workload, d, size, threads })];
  if (!python) return sides;
  mkdirSync(CACHE, { recursive: true });
  const file = join(CACHE, 'arrays.safetensors');
  writeFileSync(file, mirrorArrays(described.learner(d, true), [described.batch(size)]));
  const setting = { ...described.mirror(d), ...described.training, file, batches: 1, threads, inference };
  for (const kind of torches) sides.push(torch(python, { ...setting, compile: kind === 'compile' }));
  return sides;
}
