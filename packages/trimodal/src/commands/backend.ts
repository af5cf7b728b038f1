import {
  type AddonBackend,
  type AddonPackage,
  findAddonPackages,
  findTensorFlow,
  link,
  type TensorFlow,
  unlink,
} from '@trimodal/tfjs-native';
import { outOfReach, places } from '../doctor/addon-places';

export type LinkCommandOptions = {
  readonly package?: AddonBackend;
  readonly python?: string;
  readonly nodeHeaders?: string;
};

/**
 * `trimodal backend link`: builds the addon of tfjs-node against the TensorFlow of a Python, and verifies it.
 *
 * @returns Whether it came to its end; if it was interrupted, everything is as it was.
 */
export async function linkBackend(options: LinkCommandOptions, from: readonly string[] = places()): Promise<boolean> {
  const installed = findAddonPackages(from);
  if (installed.length === 0) throw new Error(NOT_INSTALLED);
  const tensorflow = await findTensorFlow(options.python ? { python: options.python } : {});
  const addon = chooseAddon(installed, tensorflow, options.package);
  console.log(`TensorFlow ${tensorflow.version}, ${builtFor(tensorflow)}: ${tensorflow.folder}`);
  let interrupted = false;
  const onInterrupt = () => {
    interrupted = true; // what is being run gets the signal too, and fails; that is undone
  };
  process.on('SIGINT', onInterrupt);
  try {
    const found = await link({
      addon,
      tensorflow,
      ...(options.nodeHeaders ? { nodeHeaders: options.nodeHeaders } : {}),
      onStep: (what) => console.log(`${what} ...`),
    });
    console.log(
      `It trains as on plain JavaScript, on the ${found.gpu ? 'GPU' : 'CPU'}; products of matrices at ${found.gflops.toFixed(0)} GFLOP/s.\nUse it with --backend ${addon.backend}; undo it with trimodal backend unlink.`,
    );
    const unseen = outOfReach(addon, from);
    if (unseen) console.log(`But ${unseen}.`);
    if (tensorflow.cuda && !found.gpu) console.log(gpuAdvice(tensorflow));
    return true;
  } catch (error) {
    if (!interrupted) throw error;
    console.log('Interrupted; everything is as it was.');
    return false;
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

/** `trimodal backend unlink`: takes links away and brings back what was there before. */
export function unlinkBackend(
  { package: wanted }: Pick<LinkCommandOptions, 'package'>,
  from: readonly string[] = places(),
): void {
  const installed = findAddonPackages(from);
  if (installed.length === 0) throw new Error(NOT_INSTALLED);
  for (const addon of installed.filter(({ backend }) => !wanted || backend === wanted)) {
    console.log(unlink(addon) ? `${addon.name} is as it was before.` : `${addon.name} is not linked.`);
  }
}

const NOT_INSTALLED =
  'Cannot find tfjs-node as @tensorflow/tfjs-node or @tensorflow/tfjs-node-gpu must be installed: got neither here nor beside trimodal; install it with npm install --ignore-scripts @tensorflow/tfjs-node@4.22.0.';

/** The package that is named; else the one that is installed; else, of both, the one that fits the TensorFlow. */
export function chooseAddon(
  installed: readonly AddonPackage[],
  { cuda }: Pick<TensorFlow, 'cuda'>,
  wanted?: AddonBackend,
): AddonPackage {
  const fitting = installed.find(({ backend }) => backend === (wanted ?? (cuda ? 'node-gpu' : 'node')));
  if (fitting) return fitting;
  if (!wanted) return installed[0]!;
  throw new RangeError(
    `Cannot link the package of ${wanted} as it must be installed: got ${installed.map(({ name }) => name).join(', ')} alone.`,
  );
}

export const builtFor = ({ cuda }: Pick<TensorFlow, 'cuda'>): string => (cuda ? `built for CUDA ${cuda}` : 'for CPUs');

function gpuAdvice({ folder }: TensorFlow): string {
  return `TensorFlow found no GPU that it can use. trimodal doctor tells which GPU and CUDA there are; if CUDA's libraries came with pip, try
  export LD_LIBRARY_PATH=$(printf '%s:' "${folder}"/../nvidia/*/lib)$LD_LIBRARY_PATH`;
}
