import * as tf from '@tensorflow/tfjs';
import { runtimeVersion } from '@trimodal/compiler';
import { type BackendName, chooseBackend } from '@trimodal/core';
import { restoreRemovedUtil } from '@trimodal/tfjs-native/polyfill';
import {
  adam,
  adamW,
  type Clipping,
  clipByGlobalNorm,
  clipByValue,
  createCompiledStep,
  createEagerStep,
  type Learner,
  type Optimizer,
  type StepEngine,
} from '@trimodal/training';
import { GPU, type GpuProbe } from './gpu';
import type { RunConfig } from './run-config';
import { readVersion } from './version';

export const BACKEND_CHOICES = ['auto', 'compiled', 'node-gpu', 'node', 'wasm', 'cpu'] as const;
export type BackendChoice = (typeof BACKEND_CHOICES)[number];

export type ChosenBackend = {
  readonly name: Exclude<BackendChoice, 'auto'>;
  readonly reason: string;
  /** Threads of one compiled operation; 0 for what `compile` thinks best. */
  readonly threads: number;
  /** Execution providers of ONNX Runtime, if not its CPU alone. */
  readonly providers?: readonly string[];
  /** The version of ONNX Runtime, where it computes. */
  readonly runtime?: string;
};

/**
 * Chooses where a run computes and makes TensorFlow.js ready for it.
 *
 * `auto` takes a GPU, if there is one that the compiled step or tfjs-node-gpu computes on; else the compiled step if ONNX Runtime
 * loads, else the fastest TensorFlow.js backend that works.
 * @throws RangeError for an unknown name, Error if the one asked for does not work here.
 */
export async function prepareBackend(
  preference: BackendChoice,
  threads = 0,
  gpu: GpuProbe = GPU,
  tfjs: typeof chooseTfjs = chooseTfjs,
): Promise<ChosenBackend> {
  if (preference !== 'auto' && preference !== 'compiled') {
    if (threads > 0) {
      throw new RangeError(`Cannot choose ${threads} threads as the backend must be compiled: got ${preference}.`);
    }
    const { backend, reason } = await tfjs(preference);
    return { name: backend, reason, threads };
  }
  let runtime: string;
  try {
    runtime = await runtimeVersion();
  } catch (cause) {
    const problem = (cause as Error).message.split('\n')[0];
    if (preference === 'compiled') {
      throw new Error(
        `Cannot compile as onnxruntime-node must load: ${problem}; install it by ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node, or take another --backend.`,
        { cause },
      );
    }
    const { backend, reason } = await tfjs('auto');
    return { name: backend, reason: `${reason}; onnxruntime-node does not load: ${problem}`, threads };
  }
  const providers = preference === 'auto' && gpu.isThere() && (await gpu.runsCompiled()) ? ['cuda', 'cpu'] : undefined;
  if (preference === 'auto' && gpu.isThere() && !providers) {
    const chosen = await tfjs('node-gpu').catch(() => undefined);
    if (chosen) return { name: chosen.backend, reason: 'TensorFlow on the GPU', threads };
  }
  // what isn't worth compiling, such as diagnostics, runs op by op on wasm or cpu
  await tfjs('wasm').catch(() => tfjs('cpu'));
  return {
    name: 'compiled',
    threads,
    runtime,
    ...(providers && { providers }),
    reason: reasonFor(preference, providers),
  };
}

function reasonFor(preference: BackendChoice, providers: readonly string[] | undefined): string {
  if (preference !== 'auto') return 'as asked for';
  return `whole training steps in ONNX Runtime${providers ? ', on the GPU' : ', the fastest that works here'}`;
}

/** The backends of TensorFlow.js are dependencies and optional peers of this package: they are loaded from here. */
function chooseTfjs(preference: BackendName | 'auto') {
  restoreRemovedUtil(); // tfjs-node calls what Node 23 removed
  return chooseBackend(preference, (name) => import(/* @vite-ignore */ name));
}

/** The engine that trains a learner as the config says, on the chosen backend. */
export function createEngine(
  { name, threads, providers }: ChosenBackend,
  learner: Learner,
  config: RunConfig['training'],
): StepEngine {
  const options = { learner, optimizer: buildOptimizer(config.optimizer), clip: buildClipping(config.clipping) };
  return name === 'compiled'
    ? createCompiledStep({ ...options, threads, ...(providers && { providers }) })
    : createEagerStep(options);
}

function buildOptimizer(config: RunConfig['training']['optimizer']): Optimizer {
  switch (config.kind) {
    case 'adamw':
      return adamW({ weightDecay: config.weightDecay });
    case 'adam':
      return adam({ weightDecay: config.weightDecay });
    default:
      return config satisfies never;
  }
}

function buildClipping(config: RunConfig['training']['clipping']): Clipping {
  switch (config.kind) {
    case 'none':
      return (gradient) => gradient;
    case 'global-norm':
      return clipByGlobalNorm(config.limit);
    case 'value':
      return clipByValue(config.limit);
    default:
      return config satisfies never;
  }
}

/** The versions that a result was computed with. */
export function versions({ runtime }: ChosenBackend): Record<string, string> {
  return {
    trimodal: readVersion(),
    tfjs: tf.version_core,
    ...(runtime ? { onnxruntime: runtime } : {}),
    node: process.version,
  };
}
