import type { AddonState, Installed } from './installed';
import type { Machine } from './machine';

export type Facts = {
  readonly machine: Pick<Machine, 'os' | 'arch' | 'gpus'>;
  readonly installed: Installed;
  /** The backend that `auto` takes; undefined if none works. */
  readonly taken: string | undefined;
};

/** What to do to get a better backend, a line each; none if there is nothing to gain. */
export function advise({ machine, installed, taken }: Facts): string[] {
  const { runtime, wasm, addons, tensorflow } = installed;
  const lines: string[] = [];
  const canLink = machine.os === 'linux' && machine.arch === 'x64';
  const onGpu = addons.find(({ unseen, works }) => !unseen && 'found' in works && works.found.gpu);
  if (onGpu && taken !== onGpu.backend) {
    lines.push(`The GPU is ready: --backend ${onGpu.backend} computes on it, which pays for large models and batches.`);
  } else if (!onGpu && machine.gpus.length > 0 && canLink) {
    const cuda = 'found' in tensorflow && tensorflow.found.cuda;
    const gpu = addons.find(({ backend }) => backend === 'node-gpu')!;
    lines.push(
      `To compute on the ${machine.gpus[0]!.name}: ${[
        ...(cuda ? [] : ['pip install "tensorflow[and-cuda]"']),
        ...(gpu.version ? [] : ['npm install --ignore-scripts @tensorflow/tfjs-node-gpu@4.22.0']),
        'trimodal backend link --package node-gpu',
      ].join(', then ')}; then --backend node-gpu.`,
    );
  } else if (machine.gpus.length > 0 && !canLink) {
    lines.push('trimodal backend link, which brings the GPU in, covers Linux x64 alone.');
  }
  if ('found' in runtime && taken && !['compiled', 'node-gpu'].includes(taken)) {
    lines.push('Whole steps in ONNX Runtime are mostly the fastest without a GPU: --backend compiled, or auto.');
  } else if ('problem' in runtime) {
    lines.push(
      'For compiled steps, mostly the fastest without a GPU: ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node.',
    );
  }
  lines.push(...addons.flatMap((addon) => repair(addon, canLink, 'found' in tensorflow)));
  if ('problem' in wasm && taken === 'cpu')
    lines.push('For the backend wasm: npm install @tensorflow/tfjs-backend-wasm.');
  return lines;
}

/** What to do about a package that is installed and doesn't work. */
function repair(
  { backend, name, version, link, unseen, works }: AddonState,
  canLink: boolean,
  hasTensorFlow: boolean,
): string[] {
  if (unseen) return [`For ${name}: ${unseen}.`];
  if (!version || 'found' in works) return [];
  if (!canLink) return [`${name} does not work here; to be rid of it: npm uninstall ${name}.`];
  const first = hasTensorFlow ? '' : 'pip install tensorflow, then ';
  const why =
    link && !link.intact
      ? `the TensorFlow it was linked to is gone from ${link.tensorflow.folder}`
      : 'it does not load';
  return [`For ${name}, as ${why}: ${first}trimodal backend link --package ${backend}.`];
}
