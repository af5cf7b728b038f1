import { encoder } from './encoder';
import { mosi } from './mosi';
import { unaligned } from './unaligned';
import type { Workload } from './workload';

export { mirrorArrays } from './batch';
export { createRunner } from './runner';
export type { Workload } from './workload';

export const workloads: Readonly<Record<string, Workload>> = { encoder, mosi, unaligned };
