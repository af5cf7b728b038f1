import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runtimeVersion } from '@trimodal/compiler';
import {
  ADDON_PACKAGES,
  type AddonBackend,
  findAddonPackages,
  findTensorFlow,
  type LinkState,
  readLink,
  type TensorFlow,
  verifyAddon,
} from '@trimodal/tfjs-native';
import { outOfReach, places } from './addon-places';

/** A thing that is there, or why it isn't. */
export type Found<T> = { readonly found: T } | { readonly problem: string };

export type AddonState = {
  readonly backend: AddonBackend;
  readonly name: string;
  /** undefined: not installed. */
  readonly version: string | undefined;
  readonly link: LinkState | undefined;
  /** Why this program can't load it, although it is installed. */
  readonly unseen: string | undefined;
  /** Where it computes, after it has trained a small network; or why it doesn't. */
  readonly works: Found<{ readonly gpu: boolean; readonly tensorflow: string }>;
};

export type Installed = {
  readonly runtime: Found<{ readonly version: string; readonly cuda: boolean }>;
  readonly wasm: Found<{ readonly version: string }>;
  readonly addons: readonly AddonState[];
  readonly tensorflow: Found<TensorFlow>;
};

/** Of what the backends need, what is there. @param python The one to look for TensorFlow in. */
export async function findInstalled(python?: string, from: readonly string[] = places()): Promise<Installed> {
  const installed = findAddonPackages(from);
  const addons: AddonState[] = [];
  for (const backend of Object.keys(ADDON_PACKAGES) as AddonBackend[]) {
    const addon = installed.find((each) => each.backend === backend);
    addons.push({
      backend,
      name: ADDON_PACKAGES[backend],
      version: addon?.version,
      link: addon && readLink(addon),
      unseen: addon && outOfReach(addon, from),
      works: addon
        ? await attempt(async () => {
            const { gpu, tensorflow } = await verifyAddon(addon.folder);
            return { gpu, tensorflow };
          })
        : { problem: 'not installed' },
    });
  }
  return {
    runtime: await attempt(async () => ({ version: await runtimeVersion(), cuda: hasCudaProvider() })),
    wasm: await attempt(() => ({ version: versionOf('@tensorflow/tfjs-backend-wasm') })),
    addons,
    tensorflow: await attempt(() => findTensorFlow(python ? { python } : {})),
  };
}

async function attempt<T>(find: () => T | Promise<T>): Promise<Found<T>> {
  try {
    return { found: await find() };
  } catch (error) {
    return { problem: (error as Error).message.split('\n')[0]! };
  }
}

const require = createRequire(import.meta.url);

/** The version of a package that this one loads. */
export function versionOf(name: string): string {
  return (JSON.parse(readFileSync(require.resolve(`${name}/package.json`), 'utf8')) as { version: string }).version;
}

/** Whether the install script of onnxruntime-node brought its CUDA provider. */
function hasCudaProvider(): boolean {
  const compiler = createRequire(require.resolve('@trimodal/compiler/package.json'));
  const bin = join(dirname(compiler.resolve('onnxruntime-node')), '..', 'bin');
  if (!existsSync(bin)) return false;
  return readdirSync(bin, { recursive: true }).some((file) => String(file).includes('onnxruntime_providers_cuda'));
}
