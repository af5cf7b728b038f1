import { elementwise } from './elementwise';
import { indexing } from './indexing';
import type { KernelTable } from './kernel';
import { matrices } from './matrices';
import { reductions } from './reductions';
import { shapes } from './shapes';

/** Every kernel that can be traced, by the name that TensorFlow.js gives it. */
export const KERNELS: KernelTable = { ...elementwise, ...reductions, ...shapes, ...indexing, ...matrices };
