import { enableProdMode } from '@tensorflow/tfjs';
import { encoder } from './encoder';
import { mosi } from './mosi';
import { unaligned } from './unaligned';
import type { Workload } from './workload';

export { mirrorArrays } from './batch';
export { openEpochs } from './epochs';
export { createRunner } from './runner';

enableProdMode(); // without the banner

export const workloads: Readonly<Record<string, Workload>> = { encoder, mosi, unaligned };
