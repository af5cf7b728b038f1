import { stdout } from 'node:process';
import * as tf from '@tensorflow/tfjs';
import { advise } from '../doctor/advice';
import { type AddonState, type Found, findInstalled, type Installed } from '../doctor/installed';
import { describeMachine, type Machine } from '../doctor/machine';
import { type Probe, probe } from '../doctor/probe';
import { type BackendChoice, type ChosenBackend, prepareBackend } from '../engine';
import { colorsFor } from '../terminal/colors';
import { readVersion } from '../version';
import { writeJson } from '../write-file';
import { builtFor } from './backend';

export type DoctorOptions = { readonly backend?: BackendChoice; readonly python?: string; readonly json?: string };

/** `trimodal doctor`: what is installed, which backend is taken and why, how fast it is, how to get a better one. */
export async function doctor({ backend: asked = 'auto', python, json }: DoctorOptions): Promise<void> {
  const machine = await describeMachine();
  const installed = await findInstalled(python);
  console.log(`${machineLines(machine).join('\n')}\n\ninstalled\n${installedLines(installed).join('\n')}\n`);

  const chosen = await prepareBackend(asked).catch((error: Error) => error);
  const taken = chosen instanceof Error ? undefined : chosen;
  let speed: Probe | undefined;
  if (taken) {
    console.log(entry('backend', `${taken.name}: ${taken.reason}`));
    speed = await probe(taken);
    console.log(entry('speed', speedLine(speed)));
  } else {
    console.log(entry('backend', (chosen as Error).message));
  }
  const advice = advise({ machine, installed, taken: taken?.name });
  console.log(
    advice.length
      ? `\nTo get a better one:\n${advice.map((line) => `  ${line}`).join('\n')}`
      : '\nThere is nothing to mend.',
  );
  if (json) writeJson(json, { trimodal: readVersion(), machine, installed, ...backendFacts(chosen), speed, advice });
}

function backendFacts(chosen: ChosenBackend | Error): object {
  return chosen instanceof Error ? { problem: chosen.message } : { backend: chosen };
}

const entry = (name: string, text: string): string => `${colorsFor(stdout).bold(name.padEnd(8))} ${text}`;

function machineLines({ os, arch, node, cpu, cores, memoryGiB, gpus, gpuProblem, cuda }: Machine): string[] {
  const cudaParts = [
    ...(cuda.driver ? [`the driver runs up to ${cuda.driver}`] : []),
    ...(cuda.toolkit ? [`toolkit ${cuda.toolkit}`] : []),
    ...cuda.libraries,
  ];
  return [
    entry('machine', `${os} ${arch}, ${cores} cores of ${cpu}, ${memoryGiB} GiB; Node ${node.slice(1)}`),
    entry(
      'GPU',
      gpus
        .map(({ name, driver, memoryMiB }) => `${name}, ${(memoryMiB / 1024).toFixed(0)} GiB, driver ${driver}`)
        .join('; ') || `none of NVIDIA's found${gpuProblem ? `: ${gpuProblem}` : ''}`,
    ),
    entry('CUDA', cudaParts.join(', ') || 'none found outside of Python'),
  ];
}

function installedLines({ runtime, wasm, addons, tensorflow }: Installed): string[] {
  const rows: [string, string, string][] = [
    ['trimodal', readVersion(), ''],
    ['@tensorflow/tfjs', tf.version_core, 'cpu'],
    row('@tensorflow/tfjs-backend-wasm', wasm, () => 'wasm'),
    row('onnxruntime-node', runtime, ({ cuda }) => `compiled${cuda ? '; its CUDA provider is there' : ''}`),
    ...addons.map((addon): [string, string, string] => [addon.name, addon.version ?? '-', addonState(addon)]),
    row('TensorFlow of Python', tensorflow, (found) => `${builtFor(found)}; ${found.python}`),
  ];
  const widths = [0, 1].map((column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  return rows.map(([name, version, state]) =>
    `  ${name.padEnd(widths[0]!)}  ${version.padEnd(widths[1]!)}  ${state}`.trimEnd(),
  );
}

function row<T extends { readonly version: string }>(
  name: string,
  is: Found<T>,
  state: (found: T) => string,
): [string, string, string] {
  return 'found' in is ? [name, is.found.version, state(is.found)] : [name, '-', is.problem];
}

function addonState({ backend, link, unseen, works }: AddonState): string {
  if (unseen) return `but ${unseen}`;
  const linked = link ? `linked to TensorFlow ${link.tensorflow.version}; ` : '';
  return 'found' in works
    ? `${backend}: ${linked}trains on the ${works.found.gpu ? 'GPU' : 'CPU'} with TensorFlow ${works.found.tensorflow}`
    : `${linked}${works.problem}`;
}

function speedLine({ architecture, batchSize, firstMs, stepMs, steps }: Probe): string {
  return `${stepMs.toFixed(1)} ms a training step of ${architecture}, ${batchSize} samples of the synthetic benchmark (median of ${steps} steps in 2 s; the first took ${(firstMs / 1000).toFixed(1)} s)`;
}
